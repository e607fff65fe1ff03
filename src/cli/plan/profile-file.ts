import { readFileSync, writeFileSync } from 'node:fs';
import { operationFailed } from '#cli/command-failure.js';
import { JsonPlace, UnexpectedJson } from '#cli/json-place.js';
import { messageOf } from '#core/errors.js';
import type { ModelProfile } from '#planning/profile.js';

/** The profile in a file that `writeProfile` wrote. Throws a CommandFailure. */
export function readProfile(command: string, path: string): ModelProfile {
  try {
    return checked(decodeProfile(new JsonPlace(JSON.parse(readFileSync(path, 'utf8')))));
  } catch (thrown) {
    throw operationFailed(command, `${path}: ${faultOf(thrown)}`);
  }
}

/** Throws a CommandFailure. */
export function writeProfile(command: string, path: string, profile: ModelProfile): void {
  try {
    writeFileSync(path, `${JSON.stringify(encodeProfile(profile), null, 2)}\n`);
  } catch (thrown) {
    throw operationFailed(command, `${path}: ${messageOf(thrown)}`);
  }
}

function faultOf(thrown: unknown): string {
  if (thrown instanceof UnexpectedJson) return `this is no profile: ${thrown.message}`;
  if (thrown instanceof SyntaxError) return `this is no JSON: ${thrown.message}`;
  return messageOf(thrown);
}

function encodeProfile(profile: ModelProfile): object {
  return {
    model: profile.model,
    version: profile.version,
    instances: profile.instances,
    threads: profile.threads,
    cores: profile.cores,
    most_rows: profile.mostRows,
    runs: profile.runs.map((run) => ({ ...run, ms: short(run.ms) })),
    around_ms: profile.aroundMs === null ? null : short(profile.aroundMs),
    alone_ms: profile.aloneMs.map(short),
    instance_bytes: profile.instanceBytes,
    process_bytes: profile.processBytes,
    request_bytes: profile.requestBytes,
    answer_bytes: profile.answerBytes,
  };
}

/** Nobody measures more digits. */
const short = (ms: number): number => Number(ms.toPrecision(5));

const number = (place: JsonPlace): number => place.number();

function decodeProfile(file: JsonPlace): ModelProfile {
  const orNull = (key: string): number | null => file.key(key).orNull(number);
  return {
    model: file.key('model').text(),
    version: file.key('version').text(),
    instances: file.key('instances').number(),
    threads: file.key('threads').number(),
    cores: file.key('cores').number(),
    mostRows: file.key('most_rows').number(),
    runs: file
      .key('runs')
      .list()
      .map((run) => ({
        rows: run.key('rows').number(),
        ms: run.key('ms').number(),
        count: run.key('count').number(),
      })),
    aroundMs: orNull('around_ms'),
    aloneMs: file.key('alone_ms').list().map(number),
    instanceBytes: orNull('instance_bytes'),
    processBytes: file.key('process_bytes').number(),
    requestBytes: orNull('request_bytes'),
    answerBytes: orNull('answer_bytes'),
  };
}

/** People edit such files: what cannot be is told before anything is computed of it. */
function checked(profile: ModelProfile): ModelProfile {
  const { runs, mostRows, instances, threads, cores, aroundMs, aloneMs } = profile;
  const whole = { instances, threads, most_rows: mostRows };
  for (const [key, value] of Object.entries(whole))
    if (!Number.isInteger(value) || value < 1) throw new UnexpectedJson(`${key} is not an integer above 0`);
  if (!(cores > 0)) throw new UnexpectedJson('cores is not above 0');
  if (runs.length === 0) throw new UnexpectedJson('runs is empty');
  if (!runs.every(({ rows, ms, count }) => rows >= 1 && ms > 0 && count > 0))
    throw new UnexpectedJson('runs has numbers that are not above 0');
  if (aroundMs !== null && aroundMs < 0) throw new UnexpectedJson('around_ms is below 0');
  if (!aloneMs.every((ms, i) => ms > 0 && ms >= (aloneMs[i - 1] ?? 0)))
    throw new UnexpectedJson('alone_ms is not ascending');
  return profile;
}
