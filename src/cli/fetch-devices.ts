import { messageOf } from '#core/errors.js';
import type { DeviceReport } from '#device/report.js';
import { operationFailed } from './command-failure.js';

const COMMAND = 'furiosa devices';
/** A server that is alive answers from memory; one that takes longer is not well. */
const TIMEOUT_MS = 10_000;

/** The devices of a running server, by its `GET /v2/devices`. Throws a `CommandFailure` that says what went wrong. */
export async function fetchDevices(serverUrl: string): Promise<readonly DeviceReport[]> {
  const url = new URL('v2/devices', serverUrl.endsWith('/') ? serverUrl : `${serverUrl}/`);
  const { status, body } = await get(url);
  if (status !== 200) {
    const reason = errorOf(body);
    throw operationFailed(COMMAND, `${url} answered ${status}${reason === null ? '' : `: ${reason}`}`);
  }
  const devices = decodeDevices(body);
  if (devices === null) {
    throw operationFailed(COMMAND, `${url} did not answer with a list of devices; is it a furiosa server?`);
  }
  return devices;
}

async function get(url: URL): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (thrown) {
    throw operationFailed(COMMAND, `no answer from ${url}: ${reasonOf(thrown)}`);
  }
}

/** Null for what is not JSON: whatever was expected, it is not that. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `fetch` itself only says "fetch failed"; the reason is in the cause, or in the causes of several addresses. */
function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  if (thrown.name === 'TimeoutError') return `it took longer than ${TIMEOUT_MS / 1000} s`;
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0]);
  return thrown.cause === undefined ? thrown.message : reasonOf(thrown.cause);
}

function errorOf(body: unknown): string | null {
  const error = isRecord(body) ? body['error'] : undefined;
  return typeof error === 'string' ? error : null;
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
