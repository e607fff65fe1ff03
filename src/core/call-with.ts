import type { Call } from './call.js';
import type { RunWatch } from './run-watch.js';

/** The same call with a deadline or a watch of its own. */
export function callWith(
  call: Call,
  {
    deadline = call.deadline,
    watch = call.watch,
  }: { deadline?: number | null; watch?: RunWatch | undefined },
): Call {
  const { receivedAt, transport, access } = call;
  return {
    // A signal is made when it is first asked for.
    get signal() {
      return call.signal;
    },
    deadline,
    receivedAt,
    transport,
    access,
    watch,
  };
}
