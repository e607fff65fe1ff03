import type { Call } from '#core/call.js';
import { callWith } from '#core/call-with.js';
import type { Job } from '#scheduler/task.js';
import { termsOf } from '#scheduler/terms.js';
import type { OfferedQueue } from './offer.js';

/**
 * The call with the deadline that the request asks for or the model gives it, so that it holds wherever the job waits on
 * its way, and not in the scheduler's queue alone.
 */
export function timedCall({ schedule }: Job, call: Call, queue: OfferedQueue, now: number): Call {
  const { deadline } = termsOf(schedule, call, queue, now);
  if (deadline === call.deadline) return call;
  return callWith(call, { deadline });
}
