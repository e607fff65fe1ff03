import { useState } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.js';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { ChoiceTabs } from './choice-tabs.js';
import { download } from './download.js';
import { SNIPPETS, type SnippetKind, type SnippetRequest, snippetOf } from './snippets.js';

const NAMES: Readonly<Record<SnippetKind, string>> = {
  curl: 'curl',
  python: 'Python (tritonclient)',
  typescript: 'TypeScript (fetch)',
};

/** The same request as a program. */
export function SnippetPanel({ request }: { readonly request: SnippetRequest }) {
  const say = useTexts(TRY_TEXT);
  const [kind, setKind] = useState<SnippetKind>('curl');
  const { text, files } = snippetOf(kind, request);
  return (
    <section class="try-card">
      <div class="try-head">
        <h2>{say('snippets')}</h2>
        <ChoiceTabs
          label={say('snippets')}
          words={SNIPPETS}
          word={kind}
          textOf={(each) => NAMES[each]}
          onWord={setKind}
        />
        <CopyButton textOf={() => text} />
        {files.map(({ name, bytes }) => (
          <button key={name} type="button" onClick={() => download(name, bytes)}>
            {say('downloadFile', { name })}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <pre class="try-code" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
