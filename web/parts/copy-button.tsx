import { useState } from 'preact/hooks';
import { PARTS_TEXT } from '../text/parts-text.js';
import { useTexts } from '../text/text.js';
import { copyText } from './clipboard.js';

interface CopyButtonProps {
  /** Just "Copy" where nothing else is said. */
  readonly label?: string;
  /** Written when it is copied: a text may be long. */
  readonly textOf: () => string;
}

/** Copies a text, and says whether that worked. */
export function CopyButton({ label, textOf }: CopyButtonProps) {
  const say = useTexts(PARTS_TEXT);
  const [outcome, setOutcome] = useState<'copied' | 'notCopied' | null>(null);
  const click = async (): Promise<void> => {
    const hasCopied = await copyText(textOf());
    setOutcome(hasCopied ? 'copied' : 'notCopied');
    setTimeout(() => setOutcome(null), 3000);
  };
  return (
    <span>
      <button type="button" onClick={() => void click()}>
        {label ?? say('copy')}
      </button>{' '}
      <span role="status" class="faint">
        {outcome === null ? '' : say(outcome)}
      </span>
    </span>
  );
}
