import { ServingError } from '#core/errors.js';
import { assemble } from '#tensor/block.js';
import { concatRows } from '#tensor/concat.js';
import type { Tensor } from '#tensor/tensor.js';
import type { BatchLayout, PaddedInput } from './batch-layout.js';
import type { Job } from './task.js';

/**
 * The inputs of the one run that stands for several jobs: each is joined along its batch axis, those of variable length
 * are padded to the longest, and rows of zeros follow where the jobs have fewer than `padToRows`. One copy of every
 * byte; the jobs' own inputs stay as they are, so that they can be run alone after all. A single job that needs no
 * padding is handed through as it is. The jobs must have the same `batchKey`. Throws INTERNAL where they do not fit.
 *
 * @param padToRows the rows of the run; 0 for as many as the jobs have
 */
export function mergeInputs(
  jobs: readonly Pick<Job, 'inputs' | 'rows'>[],
  layout: BatchLayout,
  padToRows: number,
): readonly Tensor[] {
  const [first] = jobs;
  if (first === undefined) return [];
  if (jobs.length === 1 && first.rows >= padToRows) return first.inputs;
  return first.inputs.map(({ name }, position) => {
    const parts = jobs.map(({ inputs }) => inputOf(inputs, name, position));
    const axis = layout.axisOf[name] ?? 0;
    const padded = layout.padded.find((each) => each.name === name);
    try {
      return padded === undefined
        ? concatRows(parts, axis, padToRows)
        : joinPadded(parts, axis, padToRows, padded);
    } catch (thrown) {
      throw new ServingError('INTERNAL', 'the requests cannot be run together', { cause: thrown });
    }
  });
}

/** Jobs of one model have their inputs in the same order, or nearly always. */
function inputOf(inputs: readonly Tensor[], name: string, position: number): Tensor {
  const here = inputs[position];
  const found = here?.name === name ? here : inputs.find((input) => input.name === name);
  if (found === undefined) {
    throw new ServingError('INTERNAL', `the requests cannot be run together: one has no input '${name}'`);
  }
  return found;
}

/** As `concatRows`, but axes may differ; the padding's value stands in the added rows, too. */
function joinPadded(
  parts: readonly Tensor[],
  axis: number,
  padToRows: number,
  { name, axes, value }: PaddedInput,
): Tensor {
  const shape = [...(parts[0]?.shape ?? [])];
  const starts: (readonly number[])[] = [];
  let rows = 0;
  for (const part of parts) {
    for (const each of axes) shape[each] = Math.max(shape[each] ?? 0, part.shape[each] ?? 0);
    starts.push(part.shape.map((_, each) => (each === axis ? rows : 0)));
    rows += part.shape[axis] ?? 0;
  }
  shape[axis] = Math.max(rows, padToRows);
  const blocks = parts.map((tensor, i) => ({ tensor, start: starts[i] ?? [] }));
  return assemble({ name, datatype: parts[0]?.datatype ?? 'FP32', shape }, blocks, value);
}
