import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import type { Timings } from '#inference/timings.js';
import type { Tensor } from '#tensor/tensor.js';

export interface TaskResult {
  readonly outputs: readonly Tensor[];
  readonly timings: Timings;
}

/** One request's work, waiting or running, with its own answer. It is settled exactly once, by the scheduler. */
export interface Task {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
  readonly call: Call;
  /** The clock's time in milliseconds. */
  readonly enqueuedAt: number;
  readonly answer: Deferred<TaskResult>;
}

export function newTask(
  inputs: readonly Tensor[],
  outputs: readonly string[],
  call: Call,
  now: number,
): Task {
  return { inputs, outputs, call, enqueuedAt: now, answer: deferred() };
}
