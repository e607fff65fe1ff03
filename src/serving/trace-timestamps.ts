import type { Call } from '#core/call.js';
import type { Timings } from '#inference/timings.js';
import type { Timestamp } from '#inference/trace.js';

/** What is known of when a request was where: the clock's times in milliseconds, null where it did not come so far. */
export interface Moments {
  readonly call: Pick<Call, 'transport' | 'receivedAt'>;
  /** It was read and its model found. */
  readonly startedAt: number;
  /** It was given to the model. */
  readonly queuedAt: number | null;
  readonly timings: Timings | null;
  /** Its outputs were there. */
  readonly completedAt: number | null;
  /** It was done with, well or not. */
  readonly endedAt: number;
}

const RECEIVED = { http: 'HTTP_RECV_START', grpc: 'GRPC_WAITREAD_START' } as const;

/** A request's moments by Triton's names, in the order of time; those that are not known are left out. */
export function timestampsOf(moments: Moments): readonly Timestamp[] {
  const { call, startedAt, queuedAt, timings, completedAt, endedAt } = moments;
  const stamp = (name: string, ms: number | null): readonly Timestamp[] =>
    ms === null ? [] : [{ name, ns: Math.round(ms * 1e6) }];
  return [
    ...(call.transport === undefined ? [] : stamp(RECEIVED[call.transport], call.receivedAt)),
    ...stamp('REQUEST_START', startedAt),
    ...stamp('QUEUE_START', queuedAt),
    ...(queuedAt === null || timings === null ? [] : computeStamps(queuedAt, timings)),
    ...stamp('INFER_RESPONSE_COMPLETE', completedAt),
    ...stamp('REQUEST_END', endedAt),
  ];
}

/** The timings follow one another without a gap, from the moment of being queued. */
function computeStamps(queuedAt: number, timings: Timings): readonly Timestamp[] {
  const startNs = queuedAt * 1e6 + timings.queuedNs;
  const runNs = startNs + timings.inputNs;
  const outputNs = runNs + timings.runNs;
  return [
    { name: 'COMPUTE_START', ns: Math.round(startNs) },
    { name: 'COMPUTE_INPUT_END', ns: Math.round(runNs) },
    { name: 'COMPUTE_OUTPUT_START', ns: Math.round(outputNs) },
    { name: 'COMPUTE_END', ns: Math.round(outputNs + timings.outputNs) },
  ];
}
