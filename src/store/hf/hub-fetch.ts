import { faultOfConnection, faultOfStatus, StoreFault } from '#store/fault.js';

/**
 * The `fetch` that the Hub's client uses for one question. The client makes texts of what goes wrong, and of an answer that
 * does not fit nothing at all; here it is kept as it was.
 */
export class HubFetch {
  readonly #signal: AbortSignal;
  #fault: StoreFault | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    try {
      const response = await fetch(input, { ...init, signal: this.#signal });
      const fault = faultOfAnswer(response, new Headers(init?.headers).get('range') ?? '');
      if (fault === null) return response;
      await response.body?.cancel().catch(() => {});
      throw fault;
    } catch (thrown) {
      this.#fault = faultOfConnection(thrown);
      throw this.#fault;
    }
  };

  /** What to throw for something that the client threw. */
  faultOf(thrown: unknown): unknown {
    return this.#signal.aborted ? this.#signal.reason : (this.#fault ?? faultOfConnection(thrown));
  }

  async *bytesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const bytes of stream) yield bytes;
    } catch (thrown) {
      throw this.faultOf(thrown);
    }
  }
}

function faultOfAnswer({ status, statusText, ok, headers }: Response, range: string): StoreFault | null {
  if (!ok) {
    const word = headers.get('x-error-message') ?? headers.get('x-error-code') ?? statusText;
    return faultOfStatus(status, word, headers.get('retry-after'));
  }
  const [, first = '0'] = /^bytes=(\d+)-/.exec(range) ?? [];
  if (status === 206 || Number(first) === 0) return null;
  return new StoreFault('refused', `the Hub was asked for byte ${first} on and sends all of it`);
}
