import type { Parameters } from '#inference/request.js';
import { wrongValue } from './request-faults.js';

/**
 * A parameter that is a number of things: an integer, not negative, a bigint where a number cannot hold it. Null where
 * it is not given. Throws INVALID_ARGUMENT for anything else.
 */
export function readCount(parameters: Parameters, name: string, place: string): number | bigint | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined) return null;
  const isCount = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (isCount && value >= 0) return value;
  throw wrongValue(`${place}.${name}`, 'a non-negative integer', value);
}

/** A parameter that is true or false; null where it is not given. Throws INVALID_ARGUMENT for anything else. */
export function readFlag(parameters: Parameters, name: string, place: string): boolean | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || typeof value === 'boolean') return value ?? null;
  throw wrongValue(`${place}.${name}`, 'true or false', value);
}

/** A parameter that is text; null where it is not given. Throws INVALID_ARGUMENT for anything else. */
export function readText(parameters: Parameters, name: string, place: string): string | null {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || typeof value === 'string') return value ?? null;
  throw wrongValue(`${place}.${name}`, 'a string', value);
}
