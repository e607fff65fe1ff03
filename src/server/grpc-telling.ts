import type { ServerHttp2Stream } from 'node:http2';
import type { Clock } from '#core/clock.js';
import { type RequestRecord, requestChannel } from '#core/request-record.js';
import type { GrpcCall } from './grpc-call.js';

/** Of a call that carries many requests, or none. */
const NO_FACTS: RequestRecord['facts'] = { id: null, model: null, phases: null, isCached: false };

/** Tells of a call when its stream has closed, where somebody listens. */
export function tellOf(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  operation: string | null,
  clock: Clock,
): void {
  if (!requestChannel.hasSubscribers) return;
  stream.once('close', () => {
    const { status, requestBytes, responseBytes, facts = NO_FACTS } = call;
    requestChannel.publish({
      transport: 'grpc',
      operation,
      code: status?.code ?? null,
      durationMs: clock.now() - call.receivedAt,
      requestBytes,
      responseBytes,
      error: status === null || status.code === 0 ? null : status.message,
      facts,
      header: (name) => call.header(name),
    } satisfies RequestRecord);
  });
}
