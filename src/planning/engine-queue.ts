import { batchQueueState } from './batch-queue.js';
import type { Distribution } from './distribution.js';
import { fixedRunWait } from './fixed-run-queue.js';
import { playedQueueState } from './played-queue.js';

/**
 * Requests of one row that come at random to the engines of one model. An engine that is free takes all that wait, up to a bound: what
 * the scheduler does where no delay is configured.
 */
export interface EngineQueue {
  readonly perMs: number;
  /** How long a run of so many rows takes. */
  readonly runMs: (rows: number) => number;
  readonly mostRows: number;
  readonly engines: number;
}

/** What becomes of requests there. */
export interface EngineState {
  /** From when a request comes until its run is over. */
  readonly latency: Distribution;
  /** Mean rows of a run. */
  readonly meanRows: number;
  /** The part of the time for which an engine is at work. */
  readonly busy: number;
}

/** The queue has to be able to keep up: `perMs` below `engines * mostRows / runMs(mostRows)`. */
export function engineState(queue: EngineQueue): EngineState {
  const { perMs, runMs, mostRows, engines } = queue;
  if (mostRows > 1) return engines === 1 ? batchQueueState(queue) : playedQueueState(queue);
  const oneMs = runMs(1);
  const wait = fixedRunWait({ perMs, runMs: oneMs, servers: engines });
  return { latency: wait.later(oneMs), meanRows: 1, busy: (perMs * oneMs) / engines };
}
