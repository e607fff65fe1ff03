import type { Parameters, Schedule } from '#inference/request.js';
import { readCount } from './parameter.js';

/**
 * What the parameters of a request say of when it is to run: `priority`, and `timeout` in microseconds. Throws
 * INVALID_ARGUMENT where they are anything but integers, not negative.
 */
export function scheduleOf(parameters: Parameters): Schedule {
  return {
    priority: Number(readCount(parameters, 'priority', 'parameters') ?? 0),
    timeoutUs: Number(readCount(parameters, 'timeout', 'parameters') ?? 0),
  };
}
