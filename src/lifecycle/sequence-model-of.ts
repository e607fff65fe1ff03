import type { TensorSpec } from '#inference/metadata.js';
import type { SequenceModel } from '#scheduler/sequence-model.js';
import { UNBOUNDED_BATCH } from './batch-axis.js';
import type { Port, Signature } from './signature.js';

/** Sequences that an instance serves side by side where nothing bounds its rows: each may hold memory while it is idle. */
const ROWS_WITHOUT_BOUND = 1024;

/**
 * What the sequence scheduler must know of a model.
 *
 * @param signature the whole one, with the tensors that clients do not see
 * @param maxBatchSize 0 where the model has no batch axis
 */
export function sequenceModelOf(
  name: string,
  { inputs, outputs }: Signature,
  maxBatchSize: number,
  instances: number,
): SequenceModel {
  const axes = [...inputs, ...outputs].flatMap(({ engineName, spec: { batchAxis } }) =>
    batchAxis === undefined ? [] : [[engineName, batchAxis] as const],
  );
  const rows = maxBatchSize === UNBOUNDED_BATCH ? ROWS_WITHOUT_BOUND : Math.max(1, maxBatchSize);
  return {
    name,
    inputs: inputs.map(engineSpec),
    outputs: outputs.map(engineSpec),
    hasBatchAxis: maxBatchSize > 0,
    axisOf: Object.fromEntries(axes),
    slots: rows * instances,
  };
}

function engineSpec({ engineName, spec }: Port): TensorSpec {
  return { ...spec, name: engineName };
}
