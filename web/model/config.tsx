import { CopyButton } from '../parts/copy-button.js';
import { ScrollBox } from '../parts/scroll-box.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';
import type { Answered, ModelConfig } from './answers.js';
import { ConfigTree } from './config-tree.js';

/** How the model is served: as a tree, and as the JSON that it is. */
export function Config({ config }: { readonly config: Answered<ModelConfig> }) {
  const say = useTexts(MODEL_TEXT);
  if (config.state === 'asking') return null;
  return (
    <section aria-labelledby="model-config">
      <h2 id="model-config">{say('config')}</h2>
      {config.state === 'failed' ? <p class="faint">{config.sentence}</p> : <Answer config={config.answer} />}
    </section>
  );
}

function Answer({ config }: { readonly config: ModelConfig }) {
  const say = useTexts(MODEL_TEXT);
  const text = JSON.stringify(config, null, 2);
  return (
    <>
      <details class="model-fold">
        <summary>{say('configTree')}</summary>
        <ul class="model-tree">
          {Object.entries(config).map(([key, value]) => (
            <ConfigTree key={key} name={key} value={value} />
          ))}
        </ul>
      </details>
      <details class="model-fold">
        <summary>{say('configJson')}</summary>
        <CopyButton label={say('copyJson')} textOf={() => text} />
        <ScrollBox label={say('configJson')}>
          <pre>{text}</pre>
        </ScrollBox>
      </details>
    </>
  );
}
