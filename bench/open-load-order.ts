/** What the open-loop load generator is asked, and what it has to tell. Both go by file: they are long. */

/** What is answered once all is over. */
export interface OpenLoadDone {
  /** The moment of which the samples tell the times since, by `steadyMs`. */
  readonly startsAt: number;
}

export interface OpenLoadOrder {
  readonly port: number;
  /** A file that holds the whole request. */
  readonly requestFile: string;
  /** A file of doubles: when each request is to be sent, in ms from the start, ascending. */
  readonly arrivalsFile: string;
  /** Requests that may be under way; those beyond wait in the generator, and their wait counts. */
  readonly connections: number;
  /** Where the samples are written. */
  readonly samplesFile: string;
}

/** What became of one request. */
export interface Sample {
  /** In ms from the start. */
  readonly scheduledMs: number;
  /** From when it was to be sent until its answer was there whole; Infinity where none came. */
  readonly latencyMs: number;
  /** How much later than it was to be it was sent. */
  readonly lagMs: number;
  /** Of the answer; 0 where none came. */
  readonly status: number;
}

const DOUBLES = 4;

export function newSamples(count: number): Float64Array<ArrayBuffer> {
  return new Float64Array(count * DOUBLES);
}

export function putSample(samples: Float64Array, at: number, sample: Sample): void {
  samples[at * DOUBLES] = sample.scheduledMs;
  samples[at * DOUBLES + 1] = sample.latencyMs;
  samples[at * DOUBLES + 2] = sample.lagMs;
  samples[at * DOUBLES + 3] = sample.status;
}

/** In the order in which they were to be sent. */
export function readSamples(samples: Float64Array): Sample[] {
  return Array.from({ length: samples.length / DOUBLES }, (_, i) => {
    const [scheduledMs = 0, latencyMs = 0, lagMs = 0, status = 0] = samples.subarray(
      i * DOUBLES,
      (i + 1) * DOUBLES,
    );
    return { scheduledMs, latencyMs, lagMs, status };
  });
}
