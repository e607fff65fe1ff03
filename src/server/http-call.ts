import type { ServerResponse } from 'node:http';
import type { Call } from '#core/call.js';
import type { RequestFacts } from '#core/request-record.js';

/** A Call over one HTTP exchange: aborted when the connection closes before the answer was sent. */
export class HttpCall implements Call {
  readonly deadline: number | null;
  readonly transport = 'http';
  readonly receivedAt: number;
  readonly facts: RequestFacts | undefined;
  readonly #response: ServerResponse;
  #controller: AbortController | null = null;

  /** @param timeoutMs how long after it was received the answer is of use; null for ever */
  constructor(
    response: ServerResponse,
    receivedAt: number,
    timeoutMs: number | null,
    facts: RequestFacts | undefined,
  ) {
    this.facts = facts;
    this.#response = response;
    this.receivedAt = receivedAt;
    this.deadline = timeoutMs === null ? null : receivedAt + timeoutMs;
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
