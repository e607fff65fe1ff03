import { useHistory } from '../history.js';
import type { LiveVersion } from '../live-types.js';
import { Sparkline } from '../parts/sparkline.js';
import { bytes, figure, milliseconds, NONE } from '../plots/format.js';
import { hrefOf } from '../route.js';
import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';
import type { Row } from './rows.js';

/** A minute. */
const TREND_POINTS = 60;

/** Name and version, which lead to the model's page. */
export function NameCell({ model, version }: Row) {
  return (
    <th scope="row">
      <a href={hrefOf({ view: 'model', model: model.name, version: version?.version ?? null })}>
        {model.name} {version !== null && <span class="faint">{version.version}</span>}
      </a>
    </th>
  );
}

/** The state in a word, and why it is so. */
export function StateCell({ model, version }: Row) {
  const say = useTexts(MODELS_TEXT);
  const reason = version?.reason || model.fault;
  return (
    <td data-label={say('state')}>
      {version === null ? (
        <span class="state">{say('noVersion')}</span>
      ) : (
        <span class={`state state-${stateClass(version)}`}>{say(stateKey(version))}</span>
      )}
      {reason && reason !== 'unloaded' && <span class="reason">{reason}</span>}
    </td>
  );
}

/** Not to be there is no fault where nobody wants it to be. */
function stateKey({ state, wanted }: LiveVersion): LiveVersion['state'] | 'unloaded' {
  return state === 'UNAVAILABLE' && !wanted ? 'unloaded' : state;
}

function stateClass(version: LiveVersion): string {
  return stateKey(version).toLowerCase();
}

export function PlaceCells({ version }: Row) {
  const say = useTexts(MODELS_TEXT);
  const instances = version?.instances ?? null;
  return (
    <>
      <td data-label={say('device')}>
        {version?.devices.join(', ') || NONE}
        {instances !== null && <span class="faint whole"> {say('instances', { count: instances })}</span>}
      </td>
      <td data-label={say('engine')}>{version?.platform ?? NONE}</td>
      <td data-label={say('memory')} class="number">
        {bytes(version?.memory_bytes ?? null)}
      </td>
    </>
  );
}

/** What it did in the last seconds. */
export function WorkCells({ model, version, derived }: Row) {
  const say = useTexts(MODELS_TEXT);
  const waiting = version?.stats?.waiting;
  const failed = version?.stats?.fail.count ?? 0;
  return (
    <>
      <td data-label={say('perSecond')} class="number">
        <span class="rate">
          {version?.stats && <Trend model={model.name} version={version.version} />}
          <span>{perSecond(derived?.perSecond)}</span>
        </span>
      </td>
      <td data-label={say('p50')} class="number">
        {milliseconds(derived?.p50Ms ?? null)}
      </td>
      <td data-label={say('p99')} class="number">
        {milliseconds(derived?.p99Ms ?? null)}
      </td>
      <td data-label={say('waiting')} class="number">
        {waiting === undefined ? NONE : waiting.requests}
        {waiting !== undefined && waiting.requests > 0 && (
          <small>{say('oldest', { time: milliseconds(waiting.oldest_ms) })}</small>
        )}
      </td>
      <td data-label={say('rows')} class="number">
        {derived === null || derived.meanRows === null
          ? NONE
          : say('rowsOf', { count: figure(derived.meanRows) })}
      </td>
      <td
        data-label={say('errors')}
        class={`number${derived !== null && derived.errorsPerSecond > 0 ? ' bad' : ''}`}
      >
        {perSecond(derived?.errorsPerSecond)}
        {failed > 0 && <small>{say('inAll', { count: figure(failed) })}</small>}
      </td>
    </>
  );
}

/** By itself, because it is drawn again when nothing else of the line is. */
function Trend({ model, version }: { readonly model: string; readonly version: string }) {
  const say = useTexts(MODELS_TEXT);
  const points = useHistory(model, version).slice(-TREND_POINTS);
  const values = points.map(({ derived }) => derived.perSecond);
  return (
    <Sparkline
      values={values}
      places={TREND_POINTS}
      label={say('trend', { value: figure(values.at(-1) ?? 0) })}
    />
  );
}

function perSecond(value: number | undefined): string {
  return value === undefined ? NONE : `${figure(value)}/s`;
}
