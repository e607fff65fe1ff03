import { invalid } from '#core/errors.js';
import { batchAxisOf } from '#inference/batch-axis.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Port } from './signature.js';

/** What a request's rows are held against. */
export interface RowRules {
  readonly model: string;
  readonly ports: readonly Port[];
  /** 0 where there is no batch axis. */
  readonly maxRequestRows: number;
}

/**
 * How many rows a request has: the length of the batch axis of its inputs, or 1 where the model has none. Throws
 * INVALID_ARGUMENT, in Triton's words, where inputs disagree or there are too many.
 *
 * @param inputs in the order and the shapes of the model
 */
export function batchRows(inputs: readonly Tensor[], { model, ports, maxRequestRows }: RowRules): number {
  if (maxRequestRows === 0) return 1;
  const rows = rowsOf(inputs[0], ports[0]) ?? 1;
  const odd = inputs.findIndex((input, i) => rowsOf(input, ports[i]) !== rows);
  if (odd >= 0) {
    const [name, first] = [ports[odd]?.spec.name, ports[0]?.spec.name];
    throw invalid(
      `input '${name}' batch size does not match other inputs for '${model}': it has ${rowsOf(inputs[odd], ports[odd])} rows, and '${first}' has ${rows}`,
    );
  }
  if (rows > maxRequestRows) {
    throw invalid(`inference request batch-size must be <= ${maxRequestRows} for '${model}', but is ${rows}`);
  }
  return rows;
}

function rowsOf(input: Tensor | undefined, port: Port | undefined): number | undefined {
  return port === undefined ? undefined : input?.shape[batchAxisOf(port.spec)];
}
