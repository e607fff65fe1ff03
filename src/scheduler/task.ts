import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import type { Schedule, SequenceRef } from '#inference/request.js';
import type { Timings } from '#inference/timings.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Lane } from './lane.js';
import type { Place } from './task-queue.js';

export interface TaskResult {
  readonly outputs: readonly Tensor[];
  readonly timings: Timings;
  /** The answer was kept from another time, and no model was run. */
  readonly isCached?: true;
  /** What the look among kept answers took, in nanoseconds; left out where there was none. */
  readonly lookupNs?: number;
}

/** Whatever takes jobs and answers each once. Rejects with ServingError. */
export interface Submitter {
  /** The bytes of the inputs are given away. */
  submit(job: Job, call: Call): Promise<TaskResult>;
}

/** What is asked of a model. */
export interface Job {
  /** Their bytes are given away. */
  readonly inputs: readonly Tensor[];
  /** The outputs that are wanted, by the engine's names. */
  readonly outputs: readonly string[];
  /** Along the batch axis; 1 where the model has none. */
  readonly rows: number;
  /** Priority and timeout that the request asks for. */
  readonly schedule: Schedule;
  /** Null where the request stands for itself. */
  readonly sequence: SequenceRef | null;
}

/** A task's place, and the lane that it is in. */
export interface Seat {
  readonly lane: Lane;
  readonly place: Place;
}

/** One request's work, waiting or running, with its own answer. It is settled exactly once, by the scheduler. */
export interface Task {
  readonly job: Job;
  readonly call: Call;
  /** The clock's time in milliseconds. */
  readonly enqueuedAt: number;
  readonly rows: number;
  /** Of its inputs. */
  readonly byteLength: number;
  /** 1 is the most urgent; 0 where all are alike. */
  readonly priority: number;
  /** The clock's time in milliseconds after which the answer is worthless, or null. */
  readonly deadline: number | null;
  readonly answer: Deferred<TaskResult>;
  /** How many runners died while they ran it, of whatever. Once there was one, it is run alone. */
  crashes: number;
  /** How many of them died of themselves or hung: it may be the cause. */
  suspicions: number;
  /** Where it waits, as long as it does. Only the waiting room looks at it and changes it. */
  seat: Seat | null;
}

export type TaskTerms = Pick<Task, 'enqueuedAt' | 'priority' | 'deadline'>;

export function newTask(job: Job, call: Call, terms: TaskTerms): Task {
  const byteLength = job.inputs.reduce((sum, { data }) => sum + data.byteLength, 0);
  return {
    job,
    call,
    rows: job.rows,
    byteLength,
    ...terms,
    answer: deferred(),
    crashes: 0,
    suspicions: 0,
    seat: null,
  };
}
