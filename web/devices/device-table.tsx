import { figure, NONE } from '../plots/format.js';
import { hrefOf } from '../route.js';
import { DEVICES_TEXT } from '../text/devices-text.js';
import { useTexts } from '../text/text.js';
import { type Device, loadOf, type Resident } from './device.js';

export interface DeviceRow {
  readonly device: Device;
  readonly residents: readonly Resident[];
}

const KINDS = ['npu', 'cpu', 'cuda'] as const;

export function DeviceTable({ rows }: { readonly rows: readonly DeviceRow[] }) {
  const say = useTexts(DEVICES_TEXT);
  return (
    <table class="cards">
      <caption class="hidden">{say('devices')}</caption>
      <thead>
        <tr>
          <th scope="col">{say('device')}</th>
          <th scope="col">{say('kind')}</th>
          <th scope="col">{say('state')}</th>
          <th scope="col">{say('holder')}</th>
          <th scope="col">{say('models')}</th>
          <th scope="col">{say('busy')}</th>
          <th scope="col" class="number">
            {say('temperature')}
          </th>
          <th scope="col" class="number">
            {say('threads')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Line key={row.device.name} {...row} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ device, residents }: DeviceRow) {
  const say = useTexts(DEVICES_TEXT);
  const kind = KINDS.find((each) => each === device.kind);
  const state = device.isAlive === null ? null : device.isAlive ? 'alive' : 'dead';
  return (
    <tr>
      <th scope="row">
        {device.name} {device.isSimulated && <span class="state">{say('simulated')}</span>}
      </th>
      <td data-label={say('kind')}>
        {[kind === undefined ? device.kind : say(kind), device.arch].filter(Boolean).join(', ')}
        <small>{device.label}</small>
        {device.firmware !== null && <small>{say('firmware', { version: device.firmware })}</small>}
        {device.driver !== null && <small>{say('driver', { version: device.driver })}</small>}
      </td>
      <td data-label={say('state')}>
        {state === null ? NONE : <span class={`state state-${state}`}>{say(state)}</span>}
      </td>
      <td data-label={say('holder')}>{device.holder ?? say(device.kind === 'npu' ? 'free' : 'shared')}</td>
      <td data-label={say('models')}>
        <Residents residents={residents} />
      </td>
      <td data-label={say('busy')}>
        <Busy residents={residents} />
      </td>
      <td data-label={say('temperature')} class="number">
        {device.celsius === null ? NONE : `${figure(device.celsius)} °C`}
      </td>
      <td data-label={say('threads')} class="number">
        {device.threads ?? NONE}
      </td>
    </tr>
  );
}

function Residents({ residents }: { readonly residents: readonly Resident[] }) {
  if (residents.length === 0) return <>{NONE}</>;
  return (
    <ul class="plain">
      {residents.map(({ model, version, instances }) => (
        <li key={JSON.stringify([model, version])}>
          <a href={hrefOf({ view: 'model', model, version })}>
            {model} <span class="faint">{version}</span>
          </a>{' '}
          <span class="faint">× {figure(instances)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A number, and a bar that shows the same. */
function Busy({ residents }: { readonly residents: readonly Resident[] }) {
  const say = useTexts(DEVICES_TEXT);
  const load = loadOf(residents);
  if (load === null) return <>{NONE}</>;
  const percent = Math.round(load.part * 100);
  const text = say('busyOf', {
    part: `${percent} %`,
    // More digits would claim more than ten seconds can tell.
    runs: load.runsAtOnce.toFixed(1),
    instances: figure(load.instances),
  });
  return (
    <>
      <svg class="busy" role="img" aria-label={text} viewBox="0 0 100 6" preserveAspectRatio="none">
        <rect class="busy-all" width="100" height="6" />
        <rect class="busy-part" width={percent} height="6" />
      </svg>
      <small>{text}</small>
    </>
  );
}
