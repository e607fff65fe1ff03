import { useRef, useState } from 'preact/hooks';
import { ask } from '../api.js';
import type { LiveModel } from '../live-types.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

type Doing = 'load' | 'unload';

/** Loads and unloads the model. What is served is only taken away once somebody has said yes to that. */
export function Controls({ model }: { readonly model: LiveModel }) {
  const say = useTexts(MODEL_TEXT);
  const dialog = useRef<HTMLDialogElement | null>(null);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [told, setTold] = useState<{ readonly isBad: boolean; readonly sentence: string } | null>(null);
  const isServed = model.versions.some(({ state }) => state === 'READY');
  const act = async (what: Doing, parameters: object): Promise<void> => {
    setDoing(what);
    setTold(null);
    try {
      await ask('POST', `/v2/repository/models/${encodeURIComponent(model.name)}/${what}`, { parameters });
      setTold({ isBad: false, sentence: say(what === 'load' ? 'loaded' : 'unloaded') });
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
      <button
        type="button"
        disabled={doing !== null || !isServed}
        onClick={() => dialog.current?.showModal()}
      >
        {say('unload')}
      </button>
      <p role="status" class={told?.isBad ? 'model-bad' : 'model-faint'}>
        {doing !== null ? say(doing === 'load' ? 'loading' : 'unloading') : told?.sentence}
      </p>
      <dialog ref={dialog} aria-labelledby="unload-question">
        <p id="unload-question">{say('unloadQuestion', { model: model.name })}</p>
        <form method="dialog" class="model-bar">
          <button
            type="button"
            onClick={() => {
              dialog.current?.close();
              void act('unload', {});
            }}
          >
            {say('unload')}
          </button>
          <button type="submit">{say('cancel')}</button>
        </form>
      </dialog>
    </div>
  );
}
