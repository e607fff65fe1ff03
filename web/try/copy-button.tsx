import { useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';

type State = 'copy' | 'copied' | 'copyFailed';

/** Puts a text into the clipboard, and says whether that worked. */
export function CopyButton({ textOf }: { readonly textOf: () => string }) {
  const say = useTexts(TRY_TEXT);
  const [state, setState] = useState<State>('copy');
  const copy = async (): Promise<void> => {
    const isCopied = await copied(textOf());
    setState(isCopied ? 'copied' : 'copyFailed');
    setTimeout(() => setState('copy'), 2000);
  };
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{say(state)}</span>
    </button>
  );
}

/** Over plain HTTP from another machine a page has no clipboard, but what is selected can be copied. */
async function copied(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}
