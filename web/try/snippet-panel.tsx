import { useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { CopyButton } from './copy-button.js';
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
        <div class="try-tabs" role="group" aria-label={say('snippets')}>
          {SNIPPETS.map((each) => (
            <button key={each} type="button" aria-pressed={kind === each} onClick={() => setKind(each)}>
              {NAMES[each]}
            </button>
          ))}
        </div>
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
