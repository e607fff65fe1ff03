import { messageOf, ServingError } from '#core/errors.js';
import { spareBuffers } from '#core/spare-buffers.js';
import { cutTo } from '#tensor/pad.js';
import { formatShape } from '#tensor/shape.js';
import { splitRows } from '#tensor/slice.js';
import type { Tensor } from '#tensor/tensor.js';
import type { BatchLayout, CutOutput } from './batch-layout.js';
import type { Job } from './task.js';

/** The outputs that any of the jobs wants: those of the first in its order, then what others want besides. */
export function unionOfOutputs(jobs: readonly Pick<Job, 'outputs'>[]): readonly string[] {
  const [first, ...others] = jobs;
  if (first === undefined || others.every(({ outputs }) => isSame(outputs, first.outputs))) {
    return first?.outputs ?? [];
  }
  return [...new Set(jobs.flatMap(({ outputs }) => outputs))];
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, i) => name === other[i]));
}

/** What must be known of a job to find its part of an answer. Of its inputs only the shapes count. */
export type SplitJob = Pick<Job, 'inputs' | 'outputs' | 'rows'>;

/**
 * Takes the answer of one run apart: for each job the outputs that it wants, in its order, and of these its own rows,
 * cut back to the length of its own inputs where it was padded. The answer is given away. Throws INTERNAL where it has
 * not the rows of the run, or not the length of the longest where it was padded.
 *
 * The parts may be given away one by one. What is sent or moved takes its buffer along as soon as it fills half of it
 * (worker/transfer.ts, server/free-pieces.ts), so several jobs must not have views of the same: each gets a copy of its
 * rows, and the buffer behind them is kept for the next batch. That is also cheaper than views, which leave the buffer to
 * the garbage collector. A job that ran alone has nobody to share with, and
 * its parts are views.
 *
 * @param runRows the rows of the run, those of padding included
 */
export function splitOutputs(
  outputs: readonly Tensor[],
  jobs: readonly SplitJob[],
  layout: BatchLayout,
  runRows: number = sumOf(jobs),
): readonly (readonly Tensor[])[] {
  const [first] = jobs;
  // Whatever a run for one job answers is the job's, also where the model has no batch axis.
  if (jobs.length === 1 && first?.rows === runRows) {
    return [
      first.outputs.map((name) =>
        given(
          outputs.find((output) => output.name === name),
          name,
        ),
      ),
    ];
  }
  const answered = new Map<string, readonly Tensor[]>();
  for (const output of outputs) answered.set(output.name, split(output, jobs, layout, runRows));
  const answers = jobs.map((job, i) => job.outputs.map((name) => given(answered.get(name)?.[i], name)));
  if (jobs.length > 1) for (const { data } of outputs) giveBack(data);
  return answers;
}

function given(part: Tensor | undefined, name: string): Tensor {
  if (part === undefined) throw new ServingError('INTERNAL', `the model gave no output '${name}'`);
  return part;
}

function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) spareBuffers.give(buffer);
}

/** An output's part for each job; that of a job that does not want it is not looked at. */
function split(
  output: Tensor,
  jobs: readonly SplitJob[],
  layout: BatchLayout,
  runRows: number,
): readonly Tensor[] {
  const axis = layout.axisOf[output.name] ?? 0;
  const cut = layout.cut.find(({ name }) => name === output.name);
  checkAxis(output, axis, runRows);
  for (const each of cut?.axes ?? []) checkAxis(output, each.axis, longestOf(jobs, each));
  const rows = jobs.map((job) => job.rows);
  const padding = runRows - sumOf(jobs);
  const parts = partsOf(output, padding > 0 ? [...rows, padding] : rows, axis);
  return jobs.map((job, i) => {
    const part = parts[i] as Tensor;
    if (!job.outputs.includes(output.name)) return part;
    const own = cut === undefined ? part : cutBack(part, job, cut);
    const isShared = jobs.length > 1 && own.data.buffer === output.data.buffer;
    // Not `slice()`, which for a Buffer makes another view.
    return isShared ? { ...own, data: new Uint8Array(own.data) } : own;
  });
}

function partsOf(output: Tensor, rows: readonly number[], axis: number): readonly Tensor[] {
  try {
    return splitRows(output, rows, axis);
  } catch (thrown) {
    throw new ServingError('INTERNAL', `${CANNOT}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

const CANNOT = 'the answer to several requests cannot be taken apart';

function checkAxis({ name, shape }: Tensor, axis: number, expected: number): void {
  if (shape[axis] === expected) return;
  throw new ServingError(
    'INTERNAL',
    `${CANNOT}: axis ${axis} of output '${name}' of shape ${formatShape(shape)} was expected to be ${expected} long`,
  );
}

type CutAxis = CutOutput['axes'][number];

function longestOf(jobs: readonly SplitJob[], cut: CutAxis): number {
  return jobs.reduce((longest, job) => Math.max(longest, lengthOf(job, cut)), 0);
}

function lengthOf({ inputs }: SplitJob, { input, inputAxis }: CutAxis): number {
  return inputs.find(({ name }) => name === input)?.shape[inputAxis] ?? 0;
}

function cutBack(part: Tensor, job: SplitJob, { axes }: CutOutput): Tensor {
  const shape = [...part.shape];
  for (const cut of axes) shape[cut.axis] = lengthOf(job, cut);
  return cutTo(part, shape);
}

function sumOf(jobs: readonly Pick<Job, 'rows'>[]): number {
  return jobs.reduce((sum, { rows }) => sum + rows, 0);
}
