import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { NO_SCHEDULE, type SequenceRef } from '#inference/request.js';
import type { SequenceModel } from '#scheduler/sequence-model.js';
import type { SequenceOptions } from '#scheduler/sequence-options.js';
import type { Job, Submitter, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';

/** A model whose state is the list of all `x` of its sequence so far, and whose answer `y` is that list. */
export const HISTORY_MODEL: SequenceModel = {
  name: 'm',
  inputs: [
    { name: 'x', datatype: 'FP64', shape: [1] },
    { name: 'START', datatype: 'INT32', shape: [1] },
    { name: 'END', datatype: 'INT32', shape: [1] },
    { name: 'ID', datatype: 'BYTES', shape: [1] },
    { name: 'list', datatype: 'FP64', shape: [-1] },
  ],
  outputs: [
    { name: 'y', datatype: 'FP64', shape: [-1] },
    { name: 'longer', datatype: 'FP64', shape: [-1] },
  ],
  hasBatchAxis: false,
  axisOf: {},
  slots: 2,
};

export const HISTORY_OPTIONS: SequenceOptions = {
  maxIdleMs: 1000,
  strategy: { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 },
  controls: [
    { name: 'START', kind: 'START', datatype: 'INT32', falseTrue: [0, 1] },
    { name: 'END', kind: 'END', datatype: 'INT32', falseTrue: [0, 1] },
    { name: 'ID', kind: 'CORRID', datatype: 'BYTES', falseTrue: null },
  ],
  states: [
    {
      inputName: 'list',
      outputName: 'longer',
      datatype: 'FP64',
      dims: [-1],
      initial: { dims: [0], file: null },
    },
  ],
};

export function historyJob(x: number, sequence: SequenceRef | null): Job {
  const input: Tensor = { name: 'x', datatype: 'FP64', shape: [1], data: bytesOf([x]) };
  return { inputs: [input], outputs: ['y'], rows: 1, schedule: NO_SCHEDULE, sequence };
}

/** The list that an answer tells. */
export function listOf({ outputs }: TaskResult): readonly number[] {
  return numbersOf(outputs[0] as Tensor);
}

/** A request inside of the model, which is answered when the test says so. */
export interface HeldRun {
  readonly id: string;
  readonly x: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  finish(): void;
  fail(error: Error): void;
}

/** Runs the history model. Whatever it is given is overwritten at once, as if it had been moved to another thread. */
export class HeldModel implements Submitter {
  /** The runs that are not over yet. */
  readonly runs: HeldRun[] = [];
  /** All there have ever been, by their `x`. */
  readonly seen: number[] = [];

  submit({ inputs }: Job, _call: Call): Promise<TaskResult> {
    const [x, start, end, id, list] = inputs as readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
    const answer: Deferred<TaskResult> = deferred();
    const longer = [...numbersOf(list), ...numbersOf(x)];
    const over = (): void => void this.runs.splice(this.runs.indexOf(run), 1);
    const run: HeldRun = {
      id: new TextDecoder().decode(id.data.subarray(4)),
      x: numbersOf(x)[0] as number,
      isStart: start.data[0] === 1,
      isEnd: end.data[0] === 1,
      finish() {
        over();
        answer.resolve(resultOf(longer));
      },
      fail(error) {
        over();
        answer.reject(error);
      },
    };
    for (const { data } of inputs) data.fill(0xff);
    this.runs.push(run);
    this.seen.push(run.x);
    return answer.promise;
  }
}

function resultOf(list: readonly number[]): TaskResult {
  const tensor = (name: string): Tensor => ({
    name,
    datatype: 'FP64',
    shape: [list.length],
    data: bytesOf(list),
  });
  const timings = { queuedNs: 5, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
  return { outputs: [tensor('y'), tensor('longer')], timings };
}

function bytesOf(list: readonly number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(list).buffer);
}

function numbersOf({ data }: Tensor): readonly number[] {
  return [...new Float64Array(new Uint8Array(data).buffer)];
}
