/** Tasks, jobs and runners for tests of the scheduler. */

import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { NO_SCHEDULE } from '#inference/request.js';
import type { Runner, RunnerListener, RunOutcome } from '#scheduler/runner.js';
import { type Job, newTask, type Task, type TaskTerms } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';

/** An input of shape [rows, ...rest] whose bytes are `values`, or zeros. */
export function inputOf(shape: readonly number[], values: readonly number[] = [], name = 'x'): Tensor {
  const data = new Uint8Array(shape.reduce((product, length) => product * length, 1));
  data.set(values);
  return { name, datatype: 'UINT8', shape, data };
}

/** A job of so many rows of one byte each, all of which are `mark`, that wants the output `y`. */
export function jobOf(mark: number, parts: Partial<Job> = {}): Job {
  const rows = parts.rows ?? 1;
  return {
    inputs: [inputOf([rows, 1], new Array(rows).fill(mark))],
    outputs: ['y'],
    rows,
    schedule: NO_SCHEDULE,
    sequence: null,
    ...parts,
  };
}

/** A caller who stays and sets no deadline. */
export function callOf(parts: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: null, receivedAt: 0, ...parts };
}

export function taskOf(mark: number, terms: Partial<TaskTerms> = {}, job: Partial<Job> = {}): Task {
  return newTask(jobOf(mark, job), callOf(), { enqueuedAt: 0, priority: 0, deadline: null, ...terms });
}

/** A run that a fake runner has been given. */
export interface FakeRun {
  /** The first byte of each row of its first input: the marks of the jobs in it. */
  readonly marks: readonly number[];
  readonly outputs: readonly string[];
  readonly end: Deferred<void>;
}

/** A runner whose model answers every output with a copy of its first input, and whose runs end when the test says so. */
export class FakeRunner implements Runner {
  readonly id: string;
  readonly hostThreads: number = 1;
  /** All that it was ever given. */
  readonly runs: FakeRun[] = [];
  slots: number;
  /** What the engine says of its time. */
  runNs = 5;
  /** Throws what the engine would. */
  check: (marks: readonly number[]) => void = () => {};
  #inFlight = 0;
  #listener: RunnerListener | null = null;

  constructor(slots = 1, id = 'fake') {
    this.slots = slots;
    this.id = id;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get freeSlots(): number {
    return Math.max(0, this.slots - this.#inFlight);
  }

  /** The marks of every run. */
  get marks(): readonly (readonly number[])[] {
    return this.runs.map((run) => run.marks);
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunOutcome> {
    const [input] = inputs;
    if (input === undefined) throw new ServingError('INTERNAL', 'no input');
    const marks = marksOf(input);
    const run = { marks, outputs, end: deferred<void>() };
    this.runs.push(run);
    this.#inFlight++;
    try {
      await run.end.promise;
      this.check(marks);
    } finally {
      this.#inFlight--;
    }
    const answers = outputs.map((name) => ({ ...input, name, data: new Uint8Array(input.data) }));
    return { outputs: answers, runNs: this.runNs, agoNs: 0 };
  }

  listen(listener: RunnerListener): void {
    this.#listener = listener;
  }

  /** Slots became free without a run having settled. */
  comeBack(slots: number): void {
    this.slots = slots;
    this.#listener?.available();
  }

  /** Is gone for good, with what it had. */
  die(reason: string): void {
    this.crash(reason);
    this.#listener?.lost(reason);
  }

  /** Is gone with what it had, and may come back. The first of what it had was being run. */
  crash(reason: string): void {
    this.slots = 0;
    const text = `the engine thread died: ${reason}`;
    const first = this.runs.length - this.#inFlight;
    for (const [i, { end }] of this.runs.entries()) {
      end.reject(
        new ServingError('INTERNAL', text, { isRunnerLost: true, suspicion: i === first ? 'suspect' : null }),
      );
    }
  }
}

/** The first byte of each row. */
export function marksOf({ data, shape }: Tensor): readonly number[] {
  const rows = shape[0] ?? 1;
  const rowBytes = data.byteLength / Math.max(1, rows);
  return Array.from({ length: rows }, (_, row) => data[row * rowBytes] ?? 0);
}

/** Lets everything that can happen now happen: promises settle, and turns of the event loop end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
