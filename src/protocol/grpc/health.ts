import { deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { RpcMethod } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { Health, HealthCheckResponse_ServingStatus as Status } from './gen/health_pb.js';
import { streaming, unary } from './methods.js';

/**
 * gRPC's health checking protocol: the server is SERVING when it is ready.
 *
 * @param services the names that may be asked for beside the empty one
 */
export function healthMethods(serving: Serving, services: readonly string[]): readonly RpcMethod[] {
  const statusOf = (service: string): Status => {
    if (service !== '' && !services.includes(service)) return Status.SERVICE_UNKNOWN;
    return serving.isReady() ? Status.SERVING : Status.NOT_SERVING;
  };
  return [
    unary(Health.method.check, { category: 'health', model: 'none' }, ({ service }) => {
      const status = statusOf(service);
      if (status !== Status.SERVICE_UNKNOWN) return { status };
      throw new ServingError('NOT_FOUND', `unknown service '${service}'; there are ${services.join(', ')}`);
    }),
    streaming(Health.method.watch, 'health', async function* (requests, call) {
      for await (const { service } of requests)
        yield* statuses(() => statusOf(service), serving, call.signal);
    }),
  ];
}

/** The status now, and each one that is another, until the caller leaves. */
async function* statuses(
  look: () => Status,
  serving: Serving,
  signal: AbortSignal,
): AsyncGenerator<{ readonly status: Status }> {
  let changed = deferred<void>();
  const change = (): void => changed.resolve();
  const stopListening = serving.onReadiness(change);
  signal.addEventListener('abort', change);
  try {
    for (let last: Status | null = null; !signal.aborted; ) {
      changed = deferred();
      const status = look();
      if (status !== last) yield { status };
      last = status;
      await changed.promise;
    }
  } finally {
    stopListening();
    signal.removeEventListener('abort', change);
  }
}
