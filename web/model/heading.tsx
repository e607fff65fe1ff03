import type { LiveModel, LiveVersion } from '../live-types.js';
import { hrefOf } from '../route.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';
import { stateOf } from './versions.js';

/** Which model and version this is, how it is, and where one can go from here. */
export function Heading({
  model,
  version,
}: {
  readonly model: LiveModel;
  readonly version: LiveVersion | null;
}) {
  const say = useTexts(MODEL_TEXT);
  return (
    <header class="model-heading">
      <h1>
        {model.name} {version !== null && <span class="faint">{version.version}</span>}
      </h1>
      {version !== null && (
        <span class={`state state-${stateOf(version).toLowerCase()}`}>{say(stateOf(version))}</span>
      )}
      {model.versions.length > 1 && (
        <label>
          {say('version')}{' '}
          <select
            value={version?.version ?? ''}
            onChange={(event) => {
              location.hash = hrefOf({
                view: 'model',
                model: model.name,
                version: event.currentTarget.value,
              });
            }}
          >
            {version === null && <option value="">–</option>}
            {model.versions.map((each) => (
              <option key={each.version} value={each.version}>
                {each.version} ({say(stateOf(each))})
              </option>
            ))}
          </select>
        </label>
      )}
      {version?.state === 'READY' && (
        <nav aria-label={say('links')}>
          <a href={hrefOf({ view: 'try', model: model.name, version: version.version })}>{say('tryIt')}</a>
          <a href={hrefOf({ view: 'load', model: model.name })}>{say('loadTest')}</a>
        </nav>
      )}
    </header>
  );
}
