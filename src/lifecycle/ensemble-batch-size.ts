import { invalid } from '#core/errors.js';
import { formatShape } from '#tensor/shape.js';
import { type Tensors, UNBOUNDED_BATCH } from './batch-axis.js';

/** What a step's model takes. */
export interface StepBatch {
  /** `ensemble 'x', step[1] (model 'b')`. */
  readonly where: string;
  readonly model: { readonly maxBatchSize: number; readonly splitsLarge: boolean };
}

/**
 * The most rows that a request to an ensemble may have, or 0 where its first axis is not that of a batch. An ensemble
 * makes no batches itself: its steps do, each with its own settings.
 *
 * @param asked `max_batch_size` of the configuration, or null for the least that a step takes. Throws INVALID_ARGUMENT
 *   where the ensemble's tensors or a step contradict it.
 */
export function ensembleBatchSize(
  ensemble: string,
  tensors: Tensors,
  asked: number | null,
  steps: readonly StepBatch[],
): number {
  const closed = [...tensors.inputs, ...tensors.outputs].find(
    ({ shape, batchAxis = 0 }) => shape[batchAxis] !== -1,
  );
  if (asked === null) {
    const least = Math.min(UNBOUNDED_BATCH, ...steps.map(({ model }) => model.maxBatchSize));
    return closed === undefined ? least : 0;
  }
  if (asked === 0) return 0;
  if (closed !== undefined) {
    const { name, shape } = closed;
    throw invalid(
      `${ensemble}: max_batch_size is ${asked}, but the batch axis of '${name}' is not open: its shape is ${formatShape(shape)}`,
    );
  }
  for (const { where, model } of steps) checkStep(where, asked, model);
  return asked;
}

function checkStep(where: string, asked: number, { maxBatchSize, splitsLarge }: StepBatch['model']): void {
  if (maxBatchSize === 0)
    throw invalid(`${where}: the model has no batch axis, but the ensemble's max_batch_size is ${asked}`);
  if (maxBatchSize < asked && !splitsLarge) {
    throw invalid(
      `${where}: the model takes at most ${maxBatchSize} rows and does not split larger requests, but the ensemble's max_batch_size is ${asked}`,
    );
  }
}
