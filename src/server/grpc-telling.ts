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

/**
 * @param path as the caller wrote it
 * @param known the same text as the table of methods has it, null where it has none: calls are counted by it, and a text that was
 *   just read would have to be hashed for that each time
 */
export function askedOf(stream: ServerHttp2Stream, path: string, known: string | null): Asked {
  const peer = stream.session?.socket?.remoteAddress ?? null;
  return { operation: known, asked: path, peer };
}

/**
 * One call as it is told of once its stream has closed. Every call is told of where there are metrics, so what few listeners ask
 * for is made when they ask.
 */
class GrpcTelling implements RequestRecord {
  readonly transport = 'grpc';
  readonly operation: string | null;
  readonly asked: string;
  readonly peer: string | null;
  readonly durationMs: number;
  readonly #call: GrpcCall;

  constructor(call: GrpcCall, { operation, asked, peer }: Asked, now: number) {
    this.operation = operation;
    this.asked = asked;
    this.peer = peer;
    this.durationMs = now - call.receivedAt;
    this.#call = call;
  }

  get code(): number | null {
    return this.#call.status?.code ?? null;
  }

  get error(): string | null {
    const { status } = this.#call;
    return status === null || status.code === 0 ? null : status.message;
  }

  get requestBytes(): number {
    return this.#call.requestBytes;
  }

  get responseBytes(): number {
    return this.#call.responseBytes;
  }

  get facts(): RequestRecord['facts'] {
    return this.#call.facts ?? NO_FACTS;
  }

  header(name: string): string | undefined {
    return this.#call.header(name);
  }
}

/**
 * Tells of a call when its stream has closed, where somebody listens.
 *
 * @param known the path as the table of methods has it; null where there is no such method
 */
export function tellOf(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  path: string,
  known: string | null,
  clock: Clock,
): void {
  if (!requestChannel.hasSubscribers) return;
  const asked = askedOf(stream, path, known);
  stream.once('close', () => requestChannel.publish(new GrpcTelling(call, asked, clock.now())));
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
