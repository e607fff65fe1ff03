import type { LiveModel } from '../live-types.js';
import { Dialog } from '../parts/dialog.js';
import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';

/** Says what unloading means, and asks. */
export function UnloadDialog({
  model,
  onYes,
  onClose,
}: {
  readonly model: LiveModel;
  readonly onYes: () => void;
  readonly onClose: () => void;
}) {
  const say = useTexts(MODELS_TEXT);
  const versions = model.versions
    .filter(({ state }) => state !== 'UNAVAILABLE')
    .map(({ version }) => version);
  return (
    <Dialog label="unload-head" onClose={onClose}>
      <h2 id="unload-head">{say('unloadQuestion', { model: model.name })}</h2>
      <p>{say('unloadMeaning', { versions: versions.join(', ') })}</p>
      <p class="bar">
        <button type="button" onClick={onClose}>
          {say('cancel')}
        </button>
        <button
          type="button"
          class="is-main"
          onClick={() => {
            onYes();
            onClose();
          }}
        >
          {say('unload')}
        </button>
      </p>
    </Dialog>
  );
}
