import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/**
 * The given tensors in the order of the specs. Throws INVALID_ARGUMENT when one is missing, unknown, given twice, of
 * another datatype, or has not the bytes that its shape takes. Whether shapes fit the specs is for the room above to
 * say, and for the engine.
 */
export function matchInputs(specs: readonly TensorSpec[], given: readonly Tensor[]): readonly Tensor[] {
  const byName = new Map(given.map((tensor) => [tensor.name, tensor]));
  if (byName.size !== given.length) throw invalid('an input was given twice');
  const matched = specs.map(({ name, datatype }) => {
    const tensor = byName.get(name);
    if (tensor === undefined) throw invalid(`input "${clip(name)}" is missing`);
    if (tensor.datatype !== datatype) {
      throw invalid(`input "${clip(name)}" is ${tensor.datatype}; ${datatype} was expected`);
    }
    checkBytes(tensor);
    byName.delete(name);
    return tensor;
  });
  for (const name of byName.keys()) throw invalid(`the model has no input "${clip(name)}"`);
  return matched;
}

/** BYTES elements have no fixed size: whoever reads them checks them. */
function checkBytes({ name, datatype, shape, data }: Tensor): void {
  const expected = elementCount(shape) * DATATYPE_BYTES[datatype];
  if (datatype === 'BYTES' || data.byteLength === expected) return;
  throw invalid(
    `input "${clip(name)}" has ${data.byteLength} bytes; ${datatype} ${formatShape(shape)} takes ${expected}`,
  );
}

/** Throws INVALID_ARGUMENT when one of the wanted names is no output of the model, or is there twice. */
export function checkOutputs(specs: readonly TensorSpec[], wanted: readonly string[]): void {
  wanted.forEach((name, i) => {
    if (!specs.some((spec) => spec.name === name)) throw invalid(`the model has no output "${clip(name)}"`);
    if (wanted.indexOf(name) !== i) throw invalid(`output "${clip(name)}" is asked for twice`);
  });
}
