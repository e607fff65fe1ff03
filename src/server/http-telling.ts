import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.js';
import { newFacts, type RequestFacts, type RequestRecord, requestChannel } from '#core/request-record.js';

/**
 * One HTTP request as it is told of once its response has closed. Every request is told of where there are metrics, so it is its
 * own record, and what few listeners ask for is made when they ask.
 */
export class HttpTelling implements RequestRecord {
  readonly transport = 'http';
  readonly facts: RequestFacts;
  readonly peer: string | null;
  operation: string | null = null;
  requestBytes = 0;
  responseBytes = 0;
  durationMs = 0;
  error: string | null = null;
  /** It ends when its reader leaves, and was answered all the same. */
  isStream = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #receivedAt: number;

  constructor(facts: RequestFacts, request: IncomingMessage, response: ServerResponse, receivedAt: number) {
    this.facts = facts;
    this.#request = request;
    // A socket that has closed no longer knows.
    this.peer = request.socket.remoteAddress ?? null;
    this.#response = response;
    this.#receivedAt = receivedAt;
  }

  get asked(): string {
    const { method = '', url = '' } = this.#request;
    return `${method} ${url.split('?', 1)[0]}`;
  }

  get code(): number | null {
    return this.#response.writableFinished || this.isStream ? this.#response.statusCode : null;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** It was answered with an error before anything of it was looked at. */
  refused(error: Error, responseBytes: number): void {
    this.error = error.message;
    this.responseBytes = responseBytes;
  }

  /** Tells of it, once its response has closed. */
  closed(now: number): void {
    this.durationMs = now - this.#receivedAt;
    requestChannel.publish(this);
  }
}

/** Null where nobody listens. */
export function tellingOf(
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): HttpTelling | null {
  const facts = newFacts();
  return facts === undefined ? null : new HttpTelling(facts, request, response, clock.now());
}
