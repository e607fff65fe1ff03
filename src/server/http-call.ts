import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '#core/access.js';
import type { Call } from '#core/call.js';
import type { CallOrigin } from '#core/call-origin.js';
import type { RequestFacts } from '#core/request-record.js';
import { HttpOrigin } from './http-origin.js';

/** A Call over one HTTP exchange: aborted when the connection closes before the answer was sent. */
export class HttpCall implements Call {
  readonly deadline: number | null;
  readonly transport = 'http';
  readonly receivedAt: number;
  readonly facts: RequestFacts | undefined;
  readonly access: Access | undefined;
  readonly #operation: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #controller: AbortController | null = null;

  /**
   * @param operation `POST /v2/models/:model/infer`
   * @param timeoutMs how long after it was received the answer is of use; null for ever
   */
  constructor(
    operation: string,
    request: IncomingMessage,
    response: ServerResponse,
    receivedAt: number,
    timeoutMs: number | null,
    facts: RequestFacts | undefined,
    access: Access | null,
  ) {
    this.access = access ?? undefined;
    this.facts = facts;
    this.#operation = operation;
    this.#request = request;
    this.#response = response;
    this.receivedAt = receivedAt;
    this.deadline = timeoutMs === null ? null : receivedAt + timeoutMs;
  }

  /** Made when asked for: most requests are not traced. */
  get origin(): CallOrigin {
    return new HttpOrigin(this.#operation, this.#request, this.#response);
  }

  /** Made when first asked for: most requests are answered before anyone would listen. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const controller = new AbortController();
      this.#controller = controller;
      const response = this.#response;
      if (response.destroyed) controller.abort();
      else {
        response.once('close', () => {
          if (!response.writableFinished) controller.abort();
        });
      }
    }
    return this.#controller.signal;
  }
}
