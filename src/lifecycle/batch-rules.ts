import { invalid } from '#core/errors.js';
import { batchAxisOf, shapeOfRows } from '#inference/batch-axis.js';
import type { BatchLayout } from '#scheduler/batch-layout.js';
import type { BatchingOptions } from '#scheduler/options.js';
import { compiledRowsOf, maxBatchSizeOf, UNBOUNDED_BATCH } from './batch-axis.js';
import { paddingOf } from './padding.js';
import { type Port, type Signature, tensorsOf } from './signature.js';

/** How the rows of requests become those of runs. */
export interface BatchRules {
  /** The most rows of one run; 0 where the model has no batch axis. */
  readonly maxRows: number;
  /** The only sizes that the model runs at, ascending; a smaller batch is padded. Empty: any size. */
  readonly allowedRows: readonly number[];
  /** The most rows of one request: more than those of a run where it is run in parts. */
  readonly maxRequestRows: number;
  readonly layout: BatchLayout;
  /** As clients see it: with an open batch axis also where the model was compiled for one size. */
  readonly signature: Signature;
}

/**
 * What the model file and the configuration together say of batches. Throws INVALID_ARGUMENT where they contradict each
 * other.
 *
 * @param asked `max_batch_size` of the configuration, or null
 */
export function batchRulesOf(
  signature: Signature,
  asked: number | null,
  batching: BatchingOptions,
): BatchRules {
  const tensors = tensorsOf(signature);
  const most = maxBatchSizeOf(tensors, asked);
  const compiled = most === 0 ? null : compiledRowsOf(tensors);
  const allowedRows = allowedRowsOf(most, compiled, batching.allowedRows);
  // Without a bound of its own, the largest size that is allowed is one.
  const maxRows = asked === null ? Math.min(most, allowedRows.at(-1) ?? most) : most;
  checkLargest(maxRows, allowedRows);
  const padding = batching.padVariableAxes ? paddingOf(signature, maxRows) : { padded: [], cut: [] };
  const runsParts = batching.isOn && batching.splitLarge && maxRows > 0;
  return {
    maxRows,
    allowedRows,
    maxRequestRows: runsParts ? UNBOUNDED_BATCH : maxRows,
    layout: { axisOf: maxRows === 0 ? {} : axesOf(signature), ...padding },
    signature: compiled === null ? signature : opened(signature),
  };
}

function allowedRowsOf(most: number, compiled: number | null, asked: readonly number[]): readonly number[] {
  if (asked.length > 0 && most === 0) {
    throw invalid(`allowed_batch_sizes is ${listed(asked)}, but the model has no batch axis`);
  }
  if (compiled === null) return asked;
  if (asked.some((rows) => rows !== compiled)) {
    throw invalid(
      `allowed_batch_sizes is ${listed(asked)}, but the model takes batches of ${compiled} rows and no others`,
    );
  }
  return [compiled];
}

function checkLargest(maxRows: number, allowedRows: readonly number[]): void {
  const largest = allowedRows.at(-1) ?? maxRows;
  if (largest === maxRows) return;
  throw invalid(
    `max_batch_size is ${maxRows}, but the largest of allowed_batch_sizes is ${largest}: expected the same`,
  );
}

function listed(rows: readonly number[]): string {
  return `[${rows.join(', ')}]`;
}

/** The first axis is not worth a word. */
function axesOf({ inputs, outputs }: Signature): Readonly<Record<string, number>> {
  const axes: Record<string, number> = {};
  for (const { engineName, spec } of [...inputs, ...outputs]) {
    const axis = batchAxisOf(spec);
    if (axis !== 0) axes[engineName] = axis;
  }
  return axes;
}

function opened({ inputs, outputs }: Signature): Signature {
  const open = (port: Port): Port => ({
    ...port,
    spec: { ...port.spec, shape: shapeOfRows(port.spec, -1) },
  });
  return { inputs: inputs.map(open), outputs: outputs.map(open) };
}
