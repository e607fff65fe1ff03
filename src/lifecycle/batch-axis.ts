import { invalid } from '#core/errors.js';
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
 * The most rows a request may have along the first axis, or 0 where the first axis is not that of a batch. It is one
 * where every tensor leaves it open (Triton's rule) and inputs have another axis behind it: one axis alone is as likely
 * to be a sequence. Not so where the file gives the first axes of the inputs different names, for then they differ.
 *
 * @param asked `max_batch_size` of the configuration, or null. Throws INVALID_ARGUMENT where the tensors contradict it.
 */
export function maxBatchSizeOf(tensors: Tensors, asked: number | null): number {
  if (asked === null) return hasBatchAxis(tensors) ? UNBOUNDED_BATCH : 0;
  const all = [...kinds('input', tensors.inputs), ...kinds('output', tensors.outputs)];
  const closed = asked === 0 ? undefined : all.find(({ spec }) => spec.shape[0] !== -1);
  if (closed === undefined) return asked;
  throw invalid(
    `max_batch_size is ${asked}, but the first axis of ${closed.kind} '${closed.spec.name}' is not open: its shape is ${formatShape(closed.spec.shape)}`,
  );
}

function hasBatchAxis({ inputs, outputs }: Tensors): boolean {
  if (![...inputs, ...outputs].every(({ shape }) => shape[0] === -1)) return false;
  if (inputs.some(({ shape }) => shape.length === 1)) return false;
  const names = new Set(inputs.flatMap(({ axisNames }) => axisNames?.[0] ?? []));
  return names.size <= 1;
}

function kinds(
  kind: string,
  specs: readonly TensorSpec[],
): readonly { readonly kind: string; readonly spec: TensorSpec }[] {
  return specs.map((spec) => ({ kind, spec }));
}
