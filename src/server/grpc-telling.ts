import type { ServerHttp2Stream } from 'node:http2';
import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import {
  newFacts,
  type RequestRecord,
  requestChannel,
  streamedRequestChannel,
} from '#core/request-record.js';
import type { RpcSkin, StreamedRequest } from '#protocol/exchange.js';
import type { GrpcCall } from './grpc-call.js';

/** Of a call that carries many requests, or none. */
const NO_FACTS: RequestRecord['facts'] = {
  identity: null,
  id: null,
  model: null,
  phases: null,
  isCached: false,
};

/** What is known of a call from its beginning. */
export interface Asked {
  /** Null where there is no such method. */
  readonly operation: string | null;
  /** As the caller wrote it. */
  readonly asked: string;
  readonly peer: string | null;
}

/** @param path as the caller wrote it */
export function askedOf(stream: ServerHttp2Stream, path: string, isKnown: boolean): Asked {
  const peer = stream.session?.socket?.remoteAddress ?? null;
  return { operation: isKnown ? path : null, asked: path, peer };
}

/** Tells of a call when its stream has closed, where somebody listens. */
export function tellOf(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  path: string,
  isKnown: boolean,
  clock: Clock,
): void {
  if (!requestChannel.hasSubscribers) return;
  const asked = askedOf(stream, path, isKnown);
  stream.once('close', () => {
    const { status, requestBytes, responseBytes, facts = NO_FACTS } = call;
    requestChannel.publish({
      ...asked,
      transport: 'grpc',
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

/** Begins one request of a stream; null where nobody listens. It is told of with the status that it would have had alone. */
export function beginStreamed(
  asked: Asked,
  call: GrpcCall,
  requestBytes: number,
  clock: Clock,
  statusOf: RpcSkin['statusOf'],
): StreamedRequest | null {
  const facts = newFacts(streamedRequestChannel);
  if (facts === undefined) return null;
  facts.identity = call.access?.identity ?? null;
  const receivedAt = clock.now();
  const tell = (code: number | null, responseBytes: number, error: string | null): void =>
    streamedRequestChannel.publish({
      ...asked,
      transport: 'grpc',
      code,
      durationMs: clock.now() - receivedAt,
      requestBytes,
      responseBytes,
      error,
      facts,
      header: (name) => call.header(name),
    } satisfies RequestRecord);
  const own: Call = {
    get signal() {
      return call.signal;
    },
    deadline: call.deadline,
    receivedAt,
    access: call.access,
    facts,
  };
  return {
    call: own,
    answered: (bytes) => tell(0, bytes, null),
    failed(thrown) {
      if (ServingError.from(thrown).code === 'CANCELLED') return tell(null, 0, null);
      const { code, message } = statusOf(thrown);
      tell(code, 0, message);
    },
  };
}
