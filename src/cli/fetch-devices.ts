import type { DeviceReport } from '#device/report.js';
import { askServer, READ_LIMIT_MS, refusalOf } from './ask-server.js';
import { type ClientTls, NO_CLIENT_TLS } from './client-tls.js';
import { operationFailed } from './command-failure.js';

const COMMAND = 'furiosa devices';

/** The devices of a running server, by its `GET /v2/devices`. Throws a `CommandFailure` that says what went wrong. */
export async function fetchDevices(
  serverUrl: string,
  { tls = NO_CLIENT_TLS, apiKey }: { readonly tls?: ClientTls; readonly apiKey?: string | undefined } = {},
): Promise<readonly DeviceReport[]> {
  const question = { method: 'GET', path: 'v2/devices', limitMs: READ_LIMIT_MS, apiKey } as const;
  const answer = await askServer(COMMAND, serverUrl, question, tls);
  if (answer.status !== 200) throw operationFailed(COMMAND, refusalOf(answer));
  const devices = decodeDevices(answer.body);
  if (devices === null) {
    throw operationFailed(
      COMMAND,
      `${answer.url} did not answer with a list of devices; is it a furiosa server?`,
    );
  }
  return devices;
}

/** Reads `{"devices": [...]}`; null when it is something else. A key that a server of another version lacks is null. */
export function decodeDevices(body: unknown): readonly DeviceReport[] | null {
  const devices = isRecord(body) ? body['devices'] : undefined;
  if (!Array.isArray(devices) || !devices.every(isNamed)) return null;
  return devices.map((device) => ({
    name: device.name,
    kind: textOr(device['kind']) ?? 'unknown',
    arch: textOr(device['arch']),
    label: textOr(device['label']) ?? '',
    simulated: device['simulated'] === true,
    firmware: textOr(device['firmware']),
    driver: textOr(device['driver']),
    serial: textOr(device['serial']),
    busName: textOr(device['bus_name']),
    numaNode: numberOr(device['numa_node']),
    alive: typeof device['alive'] === 'boolean' ? device['alive'] : null,
    temperatureCelsius: numberOr(device['temperature_celsius']),
    holder: textOr(device['holder']),
    threads: numberOr(device['threads']),
  }));
}

function isNamed(value: unknown): value is Record<string, unknown> & { name: string } {
  return isRecord(value) && typeof value['name'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOr(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
