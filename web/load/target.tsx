import type { LiveModel } from '../live-types.js';
import { hrefOf } from '../route.js';
import { LOAD_TEXT } from '../text/load-text.js';
import { useTexts } from '../text/text.js';

/** Which model, and which of its versions. */
export function TargetChoice({
  models,
  model,
  version,
  isRunning,
  onVersion,
}: {
  readonly models: readonly LiveModel[];
  readonly model: LiveModel;
  readonly version: string;
  readonly isRunning: boolean;
  readonly onVersion: (version: string) => void;
}) {
  const say = useTexts(LOAD_TEXT);
  const ready = model.versions.filter(({ state }) => state === 'READY');
  return (
    <div class="model-heading">
      <label>
        {say('model')}{' '}
        <select
          disabled={isRunning}
          value={model.name}
          onChange={(event) => {
            location.hash = hrefOf({ view: 'load', model: event.currentTarget.value });
          }}
        >
          {models.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {ready.length > 1 && (
        <label>
          {say('version')}{' '}
          <select
            disabled={isRunning}
            value={version}
            onChange={(event) => onVersion(event.currentTarget.value)}
          >
            {ready.map((each) => (
              <option key={each.version} value={each.version}>
                {each.version}
              </option>
            ))}
          </select>
        </label>
      )}
      <a href={hrefOf({ view: 'model', model: model.name, version })}>{say('modelPage')}</a>
    </div>
  );
}
