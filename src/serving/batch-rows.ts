import { invalid } from '#core/errors.js';
import type { Tensor } from '#tensor/tensor.js';
import type { InputRules } from './resolve-inputs.js';

/**
 * How many rows a request has: the length of the first axis of its inputs, or 1 where the model has no batch axis.
 * Throws INVALID_ARGUMENT, in Triton's words, where inputs disagree or there are too many.
 *
 * @param inputs in the order and the shapes of the model
 */
export function batchRows(
  inputs: readonly Tensor[],
  { model, ports, maxBatchSize }: InputRules & { readonly maxBatchSize: number },
): number {
  if (maxBatchSize === 0) return 1;
  const rows = inputs[0]?.shape[0] ?? 1;
  const odd = inputs.findIndex((input) => input.shape[0] !== rows);
  if (odd >= 0) {
    const [name, first] = [ports[odd]?.spec.name, ports[0]?.spec.name];
    throw invalid(
      `input '${name}' batch size does not match other inputs for '${model}': it has ${inputs[odd]?.shape[0]} rows, and '${first}' has ${rows}`,
    );
  }
  if (rows > maxBatchSize)
    throw invalid(`inference request batch-size must be <= ${maxBatchSize} for '${model}', but is ${rows}`);
  return rows;
}
