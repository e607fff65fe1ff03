import { messageOf, ServingError } from '#core/errors.js';
import type { Timings } from '#inference/timings.js';
import { concatRows } from '#tensor/concat.js';
import { splitRows } from '#tensor/slice.js';
import type { Tensor } from '#tensor/tensor.js';
import type { BatchLayout } from './batch-layout.js';
import type { Job, TaskResult } from './task.js';

/**
 * A job of more rows than one run takes, as several of `mostRows` at most: all but the last have exactly so many. Their
 * inputs are copies, because each is given away by itself. A job that is small enough is answered as it is.
 */
export function splitJob(job: Job, mostRows: number, layout: BatchLayout): readonly Job[] {
  if (job.rows <= mostRows) return [job];
  const rows: number[] = [];
  for (let left = job.rows; left > 0; left -= mostRows) rows.push(Math.min(left, mostRows));
  const parts = job.inputs.map((input) => copiesOf(input, rows, layout.axisOf[input.name] ?? 0));
  return rows.map((count, i) => ({
    ...job,
    rows: count,
    inputs: parts.map((inputs) => inputs[i] as Tensor),
  }));
}

function copiesOf(input: Tensor, rows: readonly number[], axis: number): readonly Tensor[] {
  const parts = splitRows(input, rows, axis);
  return parts.map((part) =>
    // Not `slice()`, which for a Buffer makes another view.
    part.data.buffer === input.data.buffer ? { ...part, data: new Uint8Array(part.data) } : part,
  );
}

/**
 * The answer to a job from those to its parts, in their order. The times of its runs are added up, and it has waited
 * until the first of them began. Throws INTERNAL where the parts' answers do not fit together.
 */
export function joinResults(parts: readonly TaskResult[], layout: BatchLayout): TaskResult {
  const [first] = parts;
  if (first === undefined) throw new ServingError('INTERNAL', 'a request was cut into no parts');
  if (parts.length === 1) return first;
  const outputs = first.outputs.map(({ name }) => joined(name, parts, layout.axisOf[name] ?? 0));
  const timings = parts.map((part) => part.timings).reduce(added);
  const isCached = parts.every((part) => part.isCached === true);
  return isCached ? { outputs, timings, isCached } : { outputs, timings };
}

function joined(name: string, parts: readonly TaskResult[], axis: number): Tensor {
  const tensors = parts.flatMap(({ outputs }) => outputs.find((output) => output.name === name) ?? []);
  try {
    if (tensors.length < parts.length) throw new Error(`output '${name}' is missing from one`);
    return concatRows(tensors, axis);
  } catch (thrown) {
    const text = `the answers to the parts of a request do not fit together: ${messageOf(thrown)}`;
    throw new ServingError('INTERNAL', text, { cause: thrown });
  }
}

function added(one: Timings, other: Timings): Timings {
  return {
    queuedNs: Math.min(one.queuedNs, other.queuedNs),
    inputNs: one.inputNs + other.inputNs,
    runNs: one.runNs + other.runNs,
    outputNs: one.outputNs + other.outputNs,
    batchRows: Math.max(one.batchRows, other.batchRows),
  };
}
