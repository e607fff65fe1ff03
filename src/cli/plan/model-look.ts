import { READ_LIMIT_MS } from '#cli/ask-server.js';
import type { JsonPlace } from '#cli/json-place.js';
import { decoded, failed, type ManagedServer, read, tell } from '#cli/models/managed-server.js';
import { suggest } from '#cli/suggest.js';
import type { RunTime } from '#planning/run-cost.js';

/** What has happened to a model until now, and to the server that has it. */
export interface ModelLook {
  readonly version: string;
  readonly instances: number;
  /** Of all its instances; null where it is not known. */
  readonly memoryBytes: number | null;
  /** All runs so far. */
  readonly runs: readonly RunTime[];
  /** Requests of all models that were answered. */
  readonly answered: number;
  /** Null where the server does not tell. */
  readonly mainBusyMs: number | null;
  readonly residentBytes: number;
  /** Of all models. */
  readonly modelsBytes: number;
  /** Cores that the server may use. */
  readonly cores: number;
}

/** How the server serves it. */
export interface ServedAs {
  readonly threads: number;
  /** The most rows that one run may have; 1 where requests run alone. */
  readonly maxRows: number;
}

/** Looks at a model once. Throws a CommandFailure where it is not there, or is not ready. */
export async function lookAtModel(server: ManagedServer, name: string): Promise<ModelLook> {
  const question = { method: 'GET', path: 'v2/live', limitMs: READ_LIMIT_MS, isFirstEvent: true } as const;
  const frame = decoded(server, await tell(server, question), decodeFrame);
  const found = frame.versions.filter((each) => each.model === name);
  if (found.length === 0) throw unknownModel(server, name, [...new Set(frame.versions.map((v) => v.model))]);
  const looks = found
    .filter(({ look }) => look !== null)
    .sort((a, b) => b.answered - a.answered)
    .map(({ look }) => look);
  const [look = null] = looks;
  if (look === null) throw failed(server, `model '${name}' at ${server.url} is not ready`);
  return { ...frame.server, ...look };
}

export async function servedAs(server: ManagedServer, name: string): Promise<ServedAs> {
  return await read(server, `v2/models/${encodeURIComponent(name)}/config`, (config) => {
    const parameters = config.key('parameters');
    const threads = parameters
      .key('threads_per_instance')
      .orNull((value) => Number(value.key('string_value').text()));
    const isBatched = config.key('dynamic_batching').orNull(() => true) ?? false;
    return {
      threads: Math.max(1, threads ?? 1),
      maxRows: isBatched ? Math.max(1, config.key('max_batch_size').number()) : 1,
    };
  });
}

function unknownModel(server: ManagedServer, name: string, names: readonly string[]): Error {
  const meant = suggest(name, names);
  return failed(
    server,
    `there is no model '${name}' at ${server.url}${meant === null ? '' : `; did you mean '${meant}'?`}`,
  );
}

interface Version {
  readonly model: string;
  readonly answered: number;
  readonly memoryBytes: number | null;
  /** Null where it is not ready. */
  readonly look: Pick<ModelLook, 'version' | 'instances' | 'memoryBytes' | 'runs'> | null;
}

interface Frame {
  readonly server: Omit<ModelLook, 'version' | 'instances' | 'memoryBytes' | 'runs'>;
  readonly versions: readonly Version[];
}

function decodeFrame(frame: JsonPlace): Frame {
  const server = frame.key('server');
  const versions = frame
    .key('models')
    .list()
    .flatMap((model) =>
      model
        .key('versions')
        .list()
        .map((version) => decodeVersion(model.key('name').text(), version)),
    );
  const cpu = frame
    .key('devices')
    .list()
    .find((device) => device.key('name').text() === 'cpu');
  return {
    server: {
      answered: versions.reduce((sum, { answered }) => sum + answered, 0),
      mainBusyMs: server.key('main_busy_ms').orNull((ms) => ms.number()),
      residentBytes: server.key('resident_bytes').number(),
      modelsBytes: versions.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0),
      cores: cpu?.key('threads').orNull((threads) => threads.number()) ?? 1,
    },
    versions,
  };
}

function decodeVersion(model: string, version: JsonPlace): Version {
  const memoryBytes = version.key('memory_bytes').orNull((bytes) => bytes.number());
  const answered = version.key('stats').orNull((stats) => stats.key('success').key('count').number());
  if (answered === null || version.key('state').text() !== 'READY')
    return { model, answered: answered ?? 0, memoryBytes, look: null };
  const runs = version
    .key('stats')
    .key('batch_stats')
    .list()
    .map((batch) => {
      const { count, ns } = totalOf(batch.key('compute_infer'));
      return { rows: batch.key('batch_size').number(), count, ms: ns / 1e6 / Math.max(1, count) };
    });
  return {
    ...{ model, answered, memoryBytes },
    look: {
      version: version.key('version').text(),
      instances: version.key('instances').orNull((count) => count.number()) ?? 0,
      ...{ memoryBytes, runs },
    },
  };
}

function totalOf(total: JsonPlace): { readonly count: number; readonly ns: number } {
  return { count: total.key('count').number(), ns: total.key('ns').number() };
}

/** The runs that came after `before`. */
export function runsBetween(before: readonly RunTime[], after: readonly RunTime[]): readonly RunTime[] {
  return after.flatMap(({ rows, ms, count }) => {
    const earlier = before.find((each) => each.rows === rows);
    const more = count - (earlier?.count ?? 0);
    if (more <= 0) return [];
    return [{ rows, count: more, ms: (ms * count - (earlier?.ms ?? 0) * (earlier?.count ?? 0)) / more }];
  });
}
