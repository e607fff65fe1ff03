/** Short forms of what an ensemble's offer says. */
import type { EnsembleStep, TensorClaim } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';

/** An input or output of an ensemble: `claimOf('x', 'FP32', [-1, 4])`. */
export function claimOf(name: string, datatype: DataType, shape: readonly number[]): TensorClaim {
  return { name, datatype, shape, description: null };
}

/** A step: `stepOf('a', { x: 'in' }, { y: 'out' })`, or of one version `stepOf('a/2', …)`. */
export function stepOf(
  model: string,
  inputs: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): EnsembleStep {
  const [name = '', version = null] = model.split('/');
  return { model: { name, version }, inputs, outputs };
}
