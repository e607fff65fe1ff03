import { CONTROL_MODES, type ControlMode } from '#control/options.js';
import { messageOf } from '#core/errors.js';
import { LOG_LEVELS, type LogLevel } from '#core/log.js';
import { REQUEST_SHARE_FORM, type RequestShare, requestShareOf } from '#core/request-share.js';
import type { WeightSharing } from '#device/engine-settings.js';
import { parseSelector } from '#device/selector.js';
import { WEIGHT_SHARING } from '#device/share-weights.js';
import type { Platform } from '#lifecycle/offer.js';
import { CLIENT_AUTH, type ClientAuth } from '#tls/options.js';
import { quoted } from './node.js';
import { boolean, choice, integer, number, scalar, text } from './scalars.js';
import type { Schema } from './schema.js';

/** The kinds of value that options and files share, so that both are held to the same rules. */
export { boolean };

export const logLevel: Schema<LogLevel> = choice(LOG_LEVELS);
export const logFormat: Schema<'auto' | 'pretty' | 'json'> = choice(['auto', 'pretty', 'json']);
export const requestShare: Schema<RequestShare> = scalar(REQUEST_SHARE_FORM, (value) => {
  const share = requestShareOf(value);
  return share === undefined ? null : { value: share };
});
export const COMPRESSION_LEVELS = ['none', 'low', 'medium', 'high'] as const;
export type CompressionLevel = (typeof COMPRESSION_LEVELS)[number];
export const compression: Schema<CompressionLevel> = choice(COMPRESSION_LEVELS);
export const port: Schema<number> = integer(0, 65_535);
export const threads: Schema<number> = integer(1, 1024);
/** 0 stands for "not said", as in the original. */
export const batchSize: Schema<number> = integer(0, 4096);
/** A worker holds a copy of the model, and users of the original run 32 at most. */
export const workers: Schema<number> = integer(1, 256);
export const bytes: Schema<number> = integer(1, 2 ** 31 - 1);
export const cacheBytes: Schema<number> = integer(1, Number.MAX_SAFE_INTEGER);
export const queueSize: Schema<number> = integer(1, 1_000_000);
/** Rows, or requests, of a model that bounds them itself. */
export const rowCount: Schema<number> = integer(1, 2 ** 31 - 1);
/** As long as a timer can run: 24 days. */
export const microseconds: Schema<number> = integer(0, (2 ** 31 - 1) * 1000);
export const drainSeconds: Schema<number> = number(0, 3600);
export const hangSeconds: Schema<number> = number(1, 3600);
export const nonEmpty: Schema<string> = text('text', (value) =>
  value.trim() === '' ? 'expected text, found an empty one' : null,
);

export const PLATFORMS: readonly Platform[] = ['npu', 'cpu', 'cuda'];
/** `nux` is what `npu` was called before 0.10. */
export const platform: Schema<Platform> = choice(PLATFORMS, { nux: 'npu' });

/** Of a model list, where a model may also be made of others. */
export const modelPlatform: Schema<Platform | 'ensemble'> = choice([...PLATFORMS, 'ensemble'], {
  nux: 'npu',
});

export const modelName: Schema<string> = text('a model name', nameFault);
export const modelVersion: Schema<string> = text('a version', (value) => versionFault(value));
export const versionLabel: Schema<string> = text('a label', (value) => versionFault(value, 'label'));

export const selector: Schema<string> = text('a device selector such as warboy(1)*1', (value) => {
  try {
    parseSelector(value);
    return null;
  } catch (error) {
    return messageOf(error);
  }
});

/** Several values of an option that may be repeated: `a,b`. */
export const words: Schema<readonly string[]> = {
  type: 'a list of words, separated by commas',
  read(spot, report) {
    const written = nonEmpty.read(spot, report);
    return written
      ?.split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  },
};

/** At most a day: a poll that comes once a week is a mistake. */
/** An hour at most. */
export const intervalMs: Schema<number> = integer(0, 3_600_000);
export const pollSeconds: Schema<number> = number(0.1, 86_400);
export const loadCount: Schema<number> = integer(1, 1024);
export const retryCount: Schema<number> = integer(0, 1_000_000);
export const clientAuth: Schema<ClientAuth> = choice(CLIENT_AUTH);
/** Two years at most, as the preload list of browsers has it. */
export const hstsSeconds: Schema<number> = integer(0, 63_072_000);
export const weightSharing: Schema<WeightSharing> = choice(WEIGHT_SHARING);
export const controlMode: Schema<ControlMode> = choice(CONTROL_MODES);

/** `auto`, `never` or the number of software Warboys. */
export type Simulation = 'auto' | 'never' | number;
const MAX_SIMULATED = 64;
const SIMULATION_TYPE = `auto, never or warboy*N with N from 1 to ${MAX_SIMULATED}`;

export const simulation: Schema<Simulation> = {
  type: SIMULATION_TYPE,
  read(spot, report) {
    const written = text(SIMULATION_TYPE, simulationFault).read(spot, report);
    return written === undefined ? undefined : (simulationOf(written) ?? undefined);
  },
};

function simulationFault(value: string): string | null {
  return simulationOf(value) === null ? `expected ${SIMULATION_TYPE}, found ${quoted(value)}` : null;
}

function simulationOf(value: string): Simulation | null {
  if (value === 'auto' || value === 'never') return value;
  const count = Number(/^warboy\*(\d{1,3})$/.exec(value)?.[1]);
  return count >= 1 && count <= MAX_SIMULATED ? count : null;
}

/** What is wrong with a model name, or null. A name is one segment of a URL path, percent-encoded where it must be. */
export function nameFault(name: string): string | null {
  if (name === '') return 'a model name may not be empty';
  const shown = quoted(name);
  if (name.includes('/'))
    return `the model name ${shown} may not contain "/", which separates parts of the URL`;
  if (name === '.' || name === '..') return `the model name ${shown} would vanish from a URL path`;
  if (CONTROL_CHARACTER.test(name)) return `the model name ${shown} may not contain control characters`;
  if (LONE_SURROGATE.test(name))
    return `the model name ${shown} is not valid Unicode and cannot stand in a URL`;
  return null;
}

const CONTROL_CHARACTER = /\p{Cc}/u;
const LONE_SURROGATE = /\p{Cs}/u;

/** What is wrong with a version, or null. Only characters that stand in a URL path as they are (RFC 3986, pchar). */
export function versionFault(version: string, what = 'version'): string | null {
  if (version === '') return `a ${what} may not be empty`;
  if (version === '.' || version === '..')
    return `the ${what} ${quoted(version)} would vanish from a URL path`;
  if (/^[\w.~!$&'()*+,;=:@-]+$/.test(version)) return null;
  return `the ${what} ${quoted(version)} may only have the characters A-Z a-z 0-9 - . _ ~ ! $ & ' ( ) * + , ; = : @`;
}
