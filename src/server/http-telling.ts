import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '#core/clock.js';
import { newFacts, type RequestFacts, type RequestRecord, requestChannel } from '#core/request-record.js';

/** What is to be told of one HTTP request. Made only where somebody listens; tells it when the response has closed. */
export class HttpTelling {
  readonly facts: RequestFacts | undefined = newFacts();
  operation: string | null = null;
  requestBytes = 0;
  responseBytes = 0;
  error: string | null = null;
  /** It ends when its reader leaves, and was answered all the same. */
  isStream = false;
  readonly #peer: string | null;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, clock: Clock) {
    this.#request = request;
    // A socket that has closed no longer knows.
    this.#peer = request.socket.remoteAddress ?? null;
    this.#response = response;
    const receivedAt = clock.now();
    response.once('close', () => this.#tell(clock.now() - receivedAt));
  }

  /** It was answered with an error before anything of it was looked at. */
  refused(error: Error, responseBytes: number): void {
    this.error = error.message;
    this.responseBytes = responseBytes;
  }

  #tell(durationMs: number): void {
    if (this.facts === undefined) return;
    const { operation, requestBytes, responseBytes, error, facts } = this;
    const { headers, method = '', url = '' } = this.#request;
    requestChannel.publish({
      transport: 'http',
      operation,
      asked: `${method} ${url.split('?', 1)[0]}`,
      peer: this.#peer,
      code: this.#response.writableFinished || this.isStream ? this.#response.statusCode : null,
      durationMs,
      requestBytes,
      responseBytes,
      error,
      facts,
      header: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value.join(', ') : value;
      },
    } satisfies RequestRecord);
  }
}

/** Null where nobody listens. */
export function tellingOf(
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): HttpTelling | null {
  return requestChannel.hasSubscribers ? new HttpTelling(request, response, clock) : null;
}
