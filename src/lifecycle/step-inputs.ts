import { invalid } from '#core/errors.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { batchRows } from './batch-rows.js';
import type { Handle } from './handle.js';

/**
 * How many rows a step of an ensemble has, whose tensors were made by other models: shapes that the models leave open
 * are known only now. Throws INVALID_ARGUMENT, in the words of a request's own inputs, where they do not fit.
 *
 * @param inputs in the order of the model
 */
export function stepRows(
  inputs: readonly Tensor[],
  { metadata, signature, maxRequestRows }: Pick<Handle, 'metadata' | 'signature' | 'maxRequestRows'>,
): number {
  const { name: model } = metadata;
  for (const [i, { spec }] of signature.inputs.entries()) {
    const given = inputs[i]?.shape ?? [];
    if (fitsSpec(given, spec.shape)) continue;
    throw invalid(
      `unexpected shape for input '${spec.name}' for model '${model}'. Expected ${formatShape(spec.shape)}, got ${formatShape(given)}.`,
    );
  }
  return batchRows(inputs, { model, ports: signature.inputs, maxRequestRows });
}
