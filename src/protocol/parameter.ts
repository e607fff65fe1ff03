import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Parameters, ParameterValue } from '#inference/request.js';

/**
 * A parameter that is a number of things: an integer, not negative, a bigint where a number cannot hold it. Null where
 * it is not given. Throws INVALID_ARGUMENT for anything else.
 */
export function readCount(parameters: Parameters, name: string, place: string): number | bigint | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined) return null;
  const isCount = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (isCount && value >= 0) return value;
  throw notA('a non-negative integer', value, `${place}.${name}`);
}

/** A parameter that is true or false; null where it is not given. Throws INVALID_ARGUMENT for anything else. */
export function readFlag(parameters: Parameters, name: string, place: string): boolean | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || typeof value === 'boolean') return value ?? null;
  throw notA('true or false', value, `${place}.${name}`);
}

/** A parameter that is text; null where it is not given. Throws INVALID_ARGUMENT for anything else. */
export function readText(parameters: Parameters, name: string, place: string): string | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || typeof value === 'string') return value ?? null;
  throw notA('a string', value, `${place}.${name}`);
}

function notA(expected: string, value: ParameterValue, place: string): Error {
  const found = typeof value === 'string' ? JSON.stringify(clip(value)) : String(value);
  return invalid(`'${place}' must be ${expected}, but is ${found}`);
}
