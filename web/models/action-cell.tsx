import { hrefOf } from '../route.js';
import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';
import type { Row } from './rows.js';
import type { Actions } from './use-actions.js';

/** What can be done with a model. Its versions are loaded and unloaded together. */
export function ActionCell({
  row: { model, version },
  actions,
  onUnload,
}: {
  readonly row: Row;
  readonly actions: Actions;
  /** Somebody wants it unloaded, and is to be asked once more. */
  readonly onUnload: () => void;
}) {
  const say = useTexts(MODELS_TEXT);
  const doing = actions.doing(model.name);
  const isBusy = doing !== null && doing.problem === null;
  const isLoaded = version?.state === 'READY' || version?.state === 'LOADING';
  return (
    <td data-label={say('actions')} class="actions">
      {version?.state === 'READY' && (
        <a
          href={hrefOf({ view: 'try', model: model.name, version: version.version })}
          aria-label={say('tryOne', { model: model.name, version: version.version })}
        >
          {say('try')}
        </a>
      )}
      {isLoaded ? (
        <button
          type="button"
          disabled={isBusy}
          aria-label={say('unloadOne', { model: model.name })}
          onClick={onUnload}
        >
          {say('unload')}
        </button>
      ) : (
        <button
          type="button"
          disabled={isBusy}
          aria-label={say('loadOne', { model: model.name })}
          onClick={() => actions.start('load', model.name)}
        >
          {say('load')}
        </button>
      )}
      {doing !== null && (
        <span role="status" class={doing.problem === null ? 'faint' : 'problem'}>
          {doing.problem === null
            ? say(doing.what === 'load' ? 'loading' : 'unloading')
            : say('failed', { sentence: doing.problem })}
        </span>
      )}
    </td>
  );
}
