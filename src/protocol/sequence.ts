import type { Parameters, SequenceRef } from '#inference/request.js';
import { readFlag } from './parameter.js';
import { wrongValue } from './request-faults.js';

/**
 * What the parameters of a request say of the sequence that it belongs to (Triton's extension `sequence`):
 * `sequence_id`, `sequence_start` and `sequence_end`. Null where there is no id, or where it is 0 or empty. Throws
 * INVALID_ARGUMENT where one has the wrong type, in a sequence or not.
 */
export function sequenceOf(parameters: Parameters): SequenceRef | null {
  const id = readSequenceId(parameters);
  const isStart = readFlag(parameters, 'sequence_start', 'parameters') ?? false;
  const isEnd = readFlag(parameters, 'sequence_end', 'parameters') ?? false;
  return id === null || id === 0n || id === '' ? null : { id, isStart, isEnd };
}

/** An integer that 64 bits can hold, or text. 7 and "7" are not the same sequence. */
function readSequenceId(parameters: Parameters): bigint | string | null {
  const value = Object.hasOwn(parameters, 'sequence_id') ? parameters['sequence_id'] : undefined;
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (isInteger && value >= 0 && value < 2n ** 64n) return BigInt(value);
  throw wrongValue('parameters.sequence_id', 'an integer from 0 to 2^64-1 or a string', value);
}
