import { LatencyHistogram } from '#core/histogram.js';
import type {
  BatchStatistics,
  FailureReason,
  ModelStatistics,
  RecentFailure,
  Total,
} from '#inference/statistics.js';
import type { Timings } from '#inference/timings.js';
import type { RunReport } from '#scheduler/run-batch.js';

/** What was counted, of whichever version. */
export type Counts = Omit<ModelStatistics, 'name' | 'version' | 'memory' | 'waiting'>;

/** So many of the newest failures are kept, for people to read. */
const KEPT_FAILURES = 20;

/** Counts what one loaded version does. Everything of one request is counted at once, so that counts always agree. */
export class Counters {
  readonly #success = new Sum();
  readonly #fail = new Sum();
  readonly #failureReasons: Record<FailureReason, number> = {
    REJECTED: 0,
    CANCELED: 0,
    BACKEND: 0,
    OTHER: 0,
  };
  readonly #queue = new Sum();
  readonly #compute = new Compute();
  readonly #cacheHit = new Sum();
  readonly #cacheMiss = new Sum();
  /** By the rows of an execution. */
  readonly #batches = new Map<number, Compute>();
  readonly #latency = {
    request: new LatencyHistogram(),
    queue: new LatencyHistogram(),
    computeInput: new LatencyHistogram(),
    computeInfer: new LatencyHistogram(),
    computeOutput: new LatencyHistogram(),
  };
  /** The newest is the last. */
  readonly #failures: RecentFailure[] = [];
  #rows = 0;
  #executions = 0;
  #lastMs = 0;

  /**
   * A request of so many rows was answered, `totalNs` after it came.
   *
   * @param atMs milliseconds since 1970
   */
  succeeded(rows: number, totalNs: number, timings: Timings, atMs: number): void {
    this.#rows += rows;
    this.#lastMs = atMs;
    this.#success.add(totalNs);
    this.#queue.add(timings.queuedNs);
    this.#compute.add(timings);
    const { request, queue, computeInput, computeInfer, computeOutput } = this.#latency;
    request.add(totalNs);
    queue.add(timings.queuedNs);
    computeInput.add(timings.inputNs);
    computeInfer.add(timings.runNs);
    computeOutput.add(timings.outputNs);
  }

  /** The model was run once, for one request or for several. */
  executed(report: RunReport): void {
    this.#executions++;
    const batch = this.#batches.get(report.rows) ?? new Compute();
    this.#batches.set(report.rows, batch);
    batch.add(report);
  }

  /** A request was answered from what had been kept, without a run. As in Triton its rows are no inferences. */
  answeredFromCache(totalNs: number, lookupNs: number): void {
    this.#success.add(totalNs);
    this.#latency.request.add(totalNs);
    this.#queue.add(0);
    this.#cacheHit.add(lookupNs);
  }

  /** A request that succeeded had been looked for among the kept answers in vain. */
  missedCache(lookupNs: number): void {
    this.#cacheMiss.add(lookupNs);
  }

  /** A request was refused, given up or went wrong, `totalNs` after it came. */
  failed(totalNs: number, failure: RecentFailure): void {
    this.#fail.add(totalNs);
    this.#failureReasons[failure.reason]++;
    this.#failures.push(failure);
    if (this.#failures.length > KEPT_FAILURES) this.#failures.shift();
  }

  get counts(): Counts {
    return {
      lastInferenceMs: this.#lastMs,
      inferenceCount: this.#rows,
      executionCount: this.#executions,
      success: this.#success.total,
      fail: this.#fail.total,
      failureReasons: { ...this.#failureReasons },
      queue: this.#queue.total,
      ...this.#compute.totals,
      cacheHit: this.#cacheHit.total,
      cacheMiss: this.#cacheMiss.total,
      latency: {
        request: this.#latency.request.counts,
        queue: this.#latency.queue.counts,
        computeInput: this.#latency.computeInput.counts,
        computeInfer: this.#latency.computeInfer.counts,
        computeOutput: this.#latency.computeOutput.counts,
      },
      recentFailures: this.#failures.toReversed(),
      batches: [...this.#batches]
        .sort(([a], [b]) => a - b)
        .map(([rows, compute]) => ({ rows, ...compute.totals })),
    };
  }
}

class Sum {
  #count = 0;
  #ns = 0;

  add(ns: number): void {
    this.#count++;
    this.#ns += ns;
  }

  get total(): Total {
    return { count: this.#count, ns: Math.round(this.#ns) };
  }
}

class Compute {
  readonly #input = new Sum();
  readonly #infer = new Sum();
  readonly #output = new Sum();

  add({ inputNs, runNs, outputNs }: Pick<Timings, 'inputNs' | 'runNs' | 'outputNs'>): void {
    this.#input.add(inputNs);
    this.#infer.add(runNs);
    this.#output.add(outputNs);
  }

  get totals(): Omit<BatchStatistics, 'rows'> {
    return {
      computeInput: this.#input.total,
      computeInfer: this.#infer.total,
      computeOutput: this.#output.total,
    };
  }
}
