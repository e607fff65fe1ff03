import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { RpcMethod } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { Health, HealthCheckResponse_ServingStatus as Status } from './gen/health_pb.js';
import { streaming, unary } from './methods.js';

/** How often a watched state is looked at; the beginning of a shutdown is told at once. */
const WATCH_INTERVAL_MS = 500;

/**
 * gRPC's health checking protocol: the server is SERVING when it is ready.
 *
 * @param services the names that may be asked for beside the empty one
 */
export function healthMethods(
  serving: Serving,
  services: readonly string[],
  clock: Clock,
): readonly RpcMethod[] {
  const statusOf = (service: string): Status => {
    if (service !== '' && !services.includes(service)) return Status.SERVICE_UNKNOWN;
    return serving.isReady() ? Status.SERVING : Status.NOT_SERVING;
  };
  return [
    unary(Health.method.check, ({ service }) => {
      const status = statusOf(service);
      if (status !== Status.SERVICE_UNKNOWN) return { status };
      throw new ServingError('NOT_FOUND', `unknown service '${service}'; there are ${services.join(', ')}`);
    }),
    streaming(Health.method.watch, async function* (requests, call) {
      for await (const { service } of requests) {
        let last: Status | null = null;
        while (!call.signal.aborted) {
          const status = statusOf(service);
          if (status !== last) yield { status };
          last = status;
          await pause(clock, call.signal, serving);
        }
      }
    }),
  ];
}

/** Settles after a while, or at once when the signal aborts or the server begins to shut down. */
function pause(clock: Clock, signal: AbortSignal, serving: Serving): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.cancel();
      stopListening();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = clock.startTimer(WATCH_INTERVAL_MS, finish);
    const stopListening = serving.onLeave(finish);
    signal.addEventListener('abort', finish);
  });
}
