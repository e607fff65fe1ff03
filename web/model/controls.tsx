import { useState } from 'preact/hooks';
import { ask } from '../api.js';
import type { LiveModel } from '../live-types.js';
import { UnloadDialog } from '../models/unload-dialog.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

type Doing = 'load' | 'unload';

/** Loads and unloads the model. What is served is only taken away once somebody has said yes to that. */
export function Controls({ model }: { readonly model: LiveModel }) {
  const say = useTexts(MODEL_TEXT);
  const [isAsking, setAsking] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [told, setTold] = useState<{ readonly isBad: boolean; readonly sentence: string } | null>(null);
  const isServed = model.versions.some(({ state }) => state === 'READY');
  const act = async (what: Doing, parameters: object): Promise<void> => {
    setDoing(what);
    setTold(null);
    try {
      await ask('POST', `/v2/repository/models/${encodeURIComponent(model.name)}/${what}`, { parameters });
      setTold({ isBad: false, sentence: say(what === 'load' ? 'loaded' : 'hasUnloaded') });
    } catch (thrown) {
      setTold({ isBad: true, sentence: thrown instanceof Error ? thrown.message : String(thrown) });
    }
    setDoing(null);
  };
  return (
    <div class="model-controls">
      <button
        type="button"
        disabled={doing !== null}
        onClick={() => void act('load', isServed ? { force: true } : {})}
      >
        {say(isServed ? 'loadAgain' : 'load')}
      </button>{' '}
      <button type="button" disabled={doing !== null || !isServed} onClick={() => setAsking(true)}>
        {say('unload')}
      </button>
      <p role="status" class={told?.isBad ? 'bad' : 'faint'}>
        {doing !== null ? say(doing === 'load' ? 'loading' : 'unloading') : told?.sentence}
      </p>
      {isAsking && (
        <UnloadDialog model={model} onYes={() => void act('unload', {})} onClose={() => setAsking(false)} />
      )}
    </div>
  );
}
