/**
 * A thread that sleeps until the next request is due and says so. Node's timers are milliseconds late, and to spin
 * would cost a core of those that are measured.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface Score {
  /** When each request is due, in ms from the start. */
  readonly arrivals: Float64Array;
  /** By `steadyMs`. */
  readonly startsAt: number;
  /** How long before it is due a request is announced: to wake a thread takes time. */
  readonly aheadMs: number;
}

/** How many requests, from the first, are due by now, or as good as. */
export type Due = number;

/** The least sleep: what falls due within it is told at once. */
const LEAST_SLEEP_MS = 0.05;

/** A clock that all threads of the process share, in ms. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function play({ arrivals, startsAt, aheadMs }: Score): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let due = 0; due < arrivals.length; ) {
    const waitMs = startsAt + (arrivals[due] ?? 0) - aheadMs - steadyMs();
    Atomics.wait(never, 0, 0, Math.max(LEAST_SLEEP_MS, waitMs));
    const untilMs = steadyMs() - startsAt + aheadMs;
    const before = due;
    while (due < arrivals.length && (arrivals[due] ?? 0) <= untilMs) due++;
    if (due > before) parentPort?.postMessage(due satisfies Due);
  }
}

if (parentPort !== null) play(workerData as Score);
