import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';

/** Up to this size a body's buffer is made at once: it is no larger than what a connection costs anyway. */
const FIRST_BYTES = 1024 * 1024;

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
}

/** Throws PAYLOAD_TOO_LARGE when the head already says that the body is too large; answers the claimed length or null. */
export function claimedLength(request: IncomingMessage, maxBodyBytes: number): number | null {
  const text = request.headers['content-length'];
  if (text === undefined) return null;
  const length = Number(text);
  if (length > maxBodyBytes) throw tooLarge(`${text} bytes`, maxBodyBytes);
  return length;
}

/**
 * Reads a request's body. What is held is at most a megabyte more than twice what has arrived, however small its
 * pieces were. Rejects with PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT, or INVALID_ARGUMENT when it stops half-way.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<Uint8Array> {
  const claimed = claimedLength(request, limits.maxBodyBytes);
  return await new Promise((resolve, reject) => {
    const body = new GrowingBody(claimed, limits.maxBodyBytes);
    const timer = clock.startTimer(limits.timeoutMs, () => {
      const text = `the request body did not arrive within ${limits.timeoutMs} ms (${body.length} bytes did)`;
      finish(() => reject(new ServingError('REQUEST_TIMEOUT', text)));
    });
    const onData = (chunk: Buffer): void => {
      if (body.length + chunk.length > limits.maxBodyBytes) {
        finish(() => reject(tooLarge('a longer one', limits.maxBodyBytes)));
      } else body.add(chunk);
    };
    const onEnd = (): void => finish(() => resolve(body.take()));
    const onAbort = (): void => {
      const wanted = claimed === null ? '' : ` of ${claimed}`;
      finish(() => reject(invalid(`the request body stopped after ${body.length}${wanted} bytes`)));
    };
    const finish = (settle: () => void): void => {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('aborted', onAbort).off('error', onAbort);
      // A reset that arrives after this is nobody's concern, and must not be an unhandled error.
      request.on('error', () => {});
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('aborted', onAbort).on('error', onAbort);
  });
}

/** One buffer that doubles as bytes arrive. A claimed length is believed only as far as bytes have come. */
class GrowingBody {
  length = 0;
  #bytes: Uint8Array;
  readonly #mostBytes: number;

  constructor(claimed: number | null, maxBodyBytes: number) {
    this.#mostBytes = claimed ?? maxBodyBytes;
    this.#bytes = new Uint8Array(Math.min(claimed ?? 0, FIRST_BYTES));
  }

  add(chunk: Uint8Array): void {
    const needed = this.length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(this.#bytes.length * 2, this.#mostBytes)));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.length);
    this.length = needed;
  }

  take(): Uint8Array {
    return this.length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.length);
  }
}

function tooLarge(what: string, maxBodyBytes: number): ServingError {
  return new ServingError(
    'PAYLOAD_TOO_LARGE',
    `the request body may have ${maxBodyBytes} bytes at most, and this is ${what}; the limit is --max-body-bytes`,
  );
}
