import { useState } from 'preact/hooks';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

/** Copies a text, and says whether that worked. */
export function CopyButton({ label, text }: { readonly label: string; readonly text: string }) {
  const say = useTexts(MODEL_TEXT);
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null);
  const click = async (): Promise<void> => {
    const hasCopied = await copy(text);
    setOutcome(hasCopied ? 'copied' : 'notCopied');
    setTimeout(() => setOutcome(null), 3000);
  };
  return (
    <span class="model-copy">
      <button type="button" onClick={() => void click()}>
        {label}
      </button>{' '}
      <span role="status" class="faint">
        {outcome === null ? '' : say(outcome)}
      </span>
    </span>
  );
}

/** The clipboard is only there over HTTPS and on this machine; the older way is there over plain HTTP as well. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const hasCopied = document.execCommand('copy');
    area.remove();
    return hasCopied;
  }
}
