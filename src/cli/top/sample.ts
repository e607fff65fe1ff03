import type { JsonPlace } from '#cli/json-place.js';

/** A server at one moment, as the first event of `GET /v2/live` tells of it. */
export interface Sample {
  /** By the server's clock, in milliseconds. */
  readonly atMs: number;
  readonly server: {
    readonly name: string;
    readonly version: string;
    readonly isReady: boolean;
    readonly uptimeMs: number;
    /** Of all threads together, since the start. */
    readonly cpuMs: number;
    readonly residentBytes: number;
  };
  /** Of all latencies, in milliseconds. */
  readonly boundsMs: readonly number[];
  readonly versions: readonly VersionSample[];
}

export interface VersionSample {
  readonly model: string;
  readonly version: string;
  /** READY, LOADING, UNLOADING or UNAVAILABLE. */
  readonly state: string;
  readonly reason: string;
  readonly wanted: boolean;
  readonly devices: readonly string[];
  readonly memoryBytes: number | null;
  /** Null where it is not loaded. */
  readonly counts: VersionCounts | null;
}

/** What only grows until the version is loaded anew, and what waits now. */
export interface VersionCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Runs, and the rows in them. */
  readonly runs: number;
  readonly rows: number;
  /** Requests by how long they took: one count for each of the bounds, and one for longer. */
  readonly latency: readonly number[];
  readonly waiting: number;
}

/** Reads what the server tells. Throws UnexpectedJson. */
export function decodeSample(frame: JsonPlace): Sample {
  const server = frame.key('server');
  return {
    atMs: frame.key('at_ms').number(),
    server: {
      name: server.key('name').text(),
      version: server.key('version').text(),
      isReady: server.key('ready').flag(),
      uptimeMs: server.key('uptime_ms').number(),
      cpuMs: server.key('cpu_ms').number(),
      residentBytes: server.key('resident_bytes').number(),
    },
    boundsMs: numbers(frame.key('latency_bounds_ms')),
    versions: frame.key('models').list().flatMap(decodeModel),
  };
}

function decodeModel(model: JsonPlace): readonly VersionSample[] {
  const name = model.key('name').text();
  return model
    .key('versions')
    .list()
    .map((version) => ({
      model: name,
      version: version.key('version').text(),
      state: version.key('state').text(),
      reason: version.key('reason').text(),
      wanted: version.key('wanted').flag(),
      devices: version
        .key('devices')
        .list()
        .map((device) => device.text()),
      memoryBytes: version.key('memory_bytes').orNull((bytes) => bytes.number()),
      counts: version.key('stats').orNull(decodeCounts),
    }));
}

function decodeCounts(stats: JsonPlace): VersionCounts {
  const batches = stats
    .key('batch_stats')
    .list()
    .map((batch) => ({
      rows: batch.key('batch_size').number(),
      runs: batch.key('compute_infer').key('count').number(),
    }));
  return {
    succeeded: stats.key('success').key('count').number(),
    failed: stats.key('fail').key('count').number(),
    runs: batches.reduce((sum, { runs }) => sum + runs, 0),
    rows: batches.reduce((sum, { rows, runs }) => sum + rows * runs, 0),
    latency: numbers(stats.key('latency').key('request').key('counts')),
    waiting: stats.key('waiting').key('requests').number(),
  };
}

function numbers(list: JsonPlace): readonly number[] {
  return list.list().map((each) => each.number());
}
