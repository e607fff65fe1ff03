import { invalid } from '#core/errors.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Handle } from './handle.js';

/**
 * How many rows a step of an ensemble has, whose tensors were made by other models: shapes that the models leave open
 * are known only now. Throws INVALID_ARGUMENT, in the words of a request's own inputs, where they do not fit.
 *
 * @param inputs in the order of the model
 */
export function stepRows(
  inputs: readonly Tensor[],
  { metadata, splitsLarge }: Pick<Handle, 'metadata' | 'splitsLarge'>,
): number {
  const { name: model, inputs: specs, maxBatchSize } = metadata;
  let rows: number | null = null;
  for (const [i, { name, shape, batchAxis = 0 }] of specs.entries()) {
    const given = inputs[i]?.shape ?? [];
    if (!fitsSpec(given, shape)) {
      throw invalid(
        `unexpected shape for input '${name}' for model '${model}'. Expected ${formatShape(shape)}, got ${formatShape(given)}.`,
      );
    }
    if (maxBatchSize === 0) continue;
    const found = given[batchAxis] ?? 1;
    rows ??= found;
    if (found !== rows) {
      throw invalid(
        `input '${name}' batch size does not match other inputs for '${model}': it has ${found} rows, and '${specs[0]?.name}' has ${rows}`,
      );
    }
  }
  if (rows !== null && rows > maxBatchSize && !splitsLarge)
    throw invalid(`inference request batch-size must be <= ${maxBatchSize} for '${model}', but is ${rows}`);
  return rows ?? 1;
}
