import type { Call } from '#core/call.js';

/** A call whose deadline is the earlier of its own and `timeoutUs` from `now`; 0 changes nothing. */
export function withTimeout(call: Call, timeoutUs: number, now: number): Call {
  if (timeoutUs === 0) return call;
  const deadline = now + timeoutUs / 1000;
  return {
    // A signal is made when it is first asked for.
    get signal() {
      return call.signal;
    },
    deadline: call.deadline === null ? deadline : Math.min(call.deadline, deadline),
    receivedAt: call.receivedAt,
    transport: call.transport,
  };
}
