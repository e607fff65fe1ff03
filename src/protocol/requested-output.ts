import type { Parameters, RequestedOutput } from '#inference/request.js';
import { readCount } from './parameter.js';

/**
 * An output that a request asks for, of what is said of it. Throws INVALID_ARGUMENT for a parameter that is not what it
 * has to be.
 */
export function requestedOutput(name: string, parameters: Parameters, place: string): RequestedOutput {
  return { name, classes: Number(readCount(parameters, 'classification', place) ?? 0) };
}
