import { invalid } from '#core/errors.js';
import { batchAxisName, batchAxisOf } from '#inference/batch-axis.js';
import type { TensorSpec } from '#inference/metadata.js';
import { formatShape } from '#tensor/shape.js';

/** A batch without a bound: the largest that Triton's `max_batch_size` (int32) can say. */
export const UNBOUNDED_BATCH: number = 2 ** 31 - 1;

/** The tensors of a model, as clients see them. */
export interface Tensors {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * The most rows a run may have along the batch axis, or 0 where there is none. It is one where every tensor leaves it
 * open (Triton's rule) and inputs have another axis beside it: one axis alone is as likely to be a sequence, unless the
 * configuration says which axis is the batch's. Not so where the file gives the batch axes of the inputs different
 * names, for then they differ. A model that was compiled for batches of some size takes that size, if it is asked for.
 *
 * @param asked `max_batch_size` of the configuration, or null. Throws INVALID_ARGUMENT where the tensors contradict it.
 */
export function maxBatchSizeOf(tensors: Tensors, asked: number | null): number {
  if (asked === null) return hasBatchAxis(tensors) ? UNBOUNDED_BATCH : 0;
  if (asked === 0) return 0;
  const compiled = compiledRowsOf(tensors);
  if (compiled !== null) return checkCompiled(compiled, asked);
  const all = [...kinds('input', tensors.inputs), ...kinds('output', tensors.outputs)];
  const closed = all.find(({ spec }) => rowsOf(spec) !== -1);
  if (closed === undefined) return asked;
  const { kind, spec } = closed;
  throw invalid(
    `max_batch_size is ${asked}, but ${batchAxisName(spec)} of ${kind} '${spec.name}' is not open: its shape is ${formatShape(spec.shape)}`,
  );
}

/** The size of the batch axis where it is closed, more than 1 and the same for every tensor; else null. */
export function compiledRowsOf({ inputs, outputs }: Tensors): number | null {
  const [rows = -1, ...others] = [...inputs, ...outputs].map(rowsOf);
  return rows > 1 && others.every((each) => each === rows) ? rows : null;
}

function checkCompiled(compiled: number, asked: number): number {
  if (asked === compiled) return asked;
  throw invalid(
    `max_batch_size is ${asked}, but the model takes batches of ${compiled} rows: expected ${compiled}, or 0 for requests of exactly so many`,
  );
}

function rowsOf(spec: TensorSpec): number | undefined {
  return spec.shape[batchAxisOf(spec)];
}

function hasBatchAxis({ inputs, outputs }: Tensors): boolean {
  if (![...inputs, ...outputs].every((spec) => rowsOf(spec) === -1)) return false;
  if (inputs.some(({ shape, batchAxis }) => shape.length === 1 && batchAxis === undefined)) return false;
  const names = new Set(inputs.flatMap((spec) => spec.axisNames?.[batchAxisOf(spec)] ?? []));
  return names.size <= 1;
}

function kinds(
  kind: string,
  specs: readonly TensorSpec[],
): readonly { readonly kind: string; readonly spec: TensorSpec }[] {
  return specs.map((spec) => ({ kind, spec }));
}
