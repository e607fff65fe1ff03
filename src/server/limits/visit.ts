import { ServingError } from '#core/errors.js';
import type { ClientLimits } from './client-limits.js';
import type { MemoryBudget } from './memory-budget.js';
import type { RefusalCounts } from './refusal-counts.js';

/** When memory is looked for again: requests are answered in less, mostly. */
const RETRY_AFTER_SECONDS = 1;

/**
 * What one request holds of the server from when it comes until it is answered: bytes, and a place among those of its
 * client. What it holds is given back by `end`, once, however it ended.
 */
export class Visit {
  /** Bytes per second that its body has to come with; 0 for any. */
  readonly minBodyRate: number;
  readonly #memory: MemoryBudget;
  readonly #refusals: Pick<RefusalCounts, 'request'>;
  #heldBytes = 0;
  #clients: ClientLimits | null = null;
  #client = '';
  #isOver = false;

  constructor(memory: MemoryBudget, refusals: Pick<RefusalCounts, 'request'>, minBodyRate: number) {
    this.minBodyRate = minBodyRate;
    this.#memory = memory;
    this.#refusals = refusals;
  }

  /** Counts it among the requests of its client. Throws RATE_LIMITED where there may be no more of them. */
  enter(clients: ClientLimits, client: string, nowMs: number): void {
    clients.enter(client, nowMs);
    this.#clients = clients;
    this.#client = client;
  }

  /** Holds so many bytes in all, if it does not already. Throws OVERLOADED where there is no room for them. */
  hold(bytes: number): void {
    if (bytes <= this.#heldBytes || this.#isOver) return;
    if (!this.#memory.resize(this.#heldBytes, bytes)) {
      this.#refusals.request('inflight_bytes');
      throw noRoom(bytes, this.#memory);
    }
    this.#heldBytes = bytes;
  }

  /** The same for bytes beside those that it holds. */
  holdMore(bytes: number): void {
    this.hold(this.#heldBytes + bytes);
  }

  /** REQUEST_TIMEOUT: `what` comes too slowly, and is given up. */
  tooSlow(what: string, receivedBytes: number): ServingError {
    this.#refusals.request('slow_body');
    const text = `${what} arrives too slowly: ${receivedBytes} bytes so far, and ${this.minBodyRate} bytes per second is the least`;
    return new ServingError('REQUEST_TIMEOUT', text);
  }

  /** Gives some of them back. */
  release(bytes: number): void {
    if (this.#isOver) return;
    const rest = Math.max(0, this.#heldBytes - bytes);
    this.#memory.resize(this.#heldBytes, rest);
    this.#heldBytes = rest;
  }

  /** It was answered, or its caller has gone. */
  end(): void {
    if (this.#isOver) return;
    this.release(this.#heldBytes);
    this.#isOver = true;
    this.#clients?.leave(this.#client);
  }
}

function noRoom(bytes: number, { heldBytes, limitBytes }: MemoryBudget): ServingError {
  const text = `requests that are not answered yet hold ${heldBytes} of ${limitBytes} bytes, and there is no room for this one of ${bytes}; try again later`;
  return new ServingError('OVERLOADED', text, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
