import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';
import { contentCodingOf } from './content-coding.js';
import { decompressor } from './decompress.js';

/** Up to this claimed length the whole buffer is made at once: it is no larger than what a connection costs anyway. */
const TRUSTED_LENGTH = 1024 * 1024;

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
 * Reads a request's body, decompressed where its Content-Encoding says so. What is held at any time is at most what has
 * arrived, twice, and never more than the limit allows: the limit holds for the body as it is sent and as it unfolds.
 * Rejects with PAYLOAD_TOO_LARGE, REQUEST_TIMEOUT, UNIMPLEMENTED for a coding that is not known, or INVALID_ARGUMENT
 * when the body stops half-way or cannot be decompressed.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<Uint8Array> {
  const { maxBodyBytes, timeoutMs } = limits;
  const claimed = claimedLength(request, maxBodyBytes);
  const coding = contentCodingOf(request.headers['content-encoding']);
  return await new Promise((resolve, reject) => {
    const plain = coding === 'identity';
    const body = plain && claimed !== null && claimed <= TRUSTED_LENGTH ? fixedBody(claimed) : growingBody();
    let received = 0;
    const timer = clock.startTimer(timeoutMs, () => {
      const text = `the request body did not arrive within ${timeoutMs} ms (${received} bytes did)`;
      fail(new ServingError('REQUEST_TIMEOUT', text));
    });
    const add = (chunk: Buffer): void => {
      if (body.length + chunk.length > maxBodyBytes) {
        fail(tooLarge(plain ? 'a longer one' : 'longer when it is decompressed', maxBodyBytes));
      } else body.add(chunk);
    };
    const done = (): void => finish(() => resolve(body.take()));
    const fail = (error: ServingError): void => finish(() => reject(error));
    const decoder = plain ? null : decompressor(coding, request, { bytes: add, whole: done, corrupt: fail });
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (decoder === null) add(chunk);
      else if (received > maxBodyBytes) fail(tooLarge('a longer one', maxBodyBytes));
      else decoder.write(chunk);
    };
    const onEnd = (): void => (decoder === null ? done() : decoder.end());
    const onAbort = (): void => {
      const wanted = claimed === null ? '' : ` of ${claimed}`;
      fail(invalid(`the request body stopped after ${received}${wanted} bytes`));
    };
    const finish = (settle: () => void): void => {
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('aborted', onAbort).off('error', onAbort);
      // A reset that arrives after this is nobody's concern, and must not be an unhandled error.
      request.on('error', () => {});
      decoder?.destroy();
      settle();
    };
    request.on('data', onData).on('end', onEnd).on('aborted', onAbort).on('error', onAbort);
  });
}

interface BodyBuilder {
  readonly length: number;
  add(chunk: Buffer): void;
  take(): Uint8Array;
}

/** The node parser guarantees that no more than the claimed length arrives. */
function fixedBody(claimed: number): BodyBuilder {
  const bytes = unfilled(claimed);
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(chunk) {
      bytes.set(chunk, length);
      length += chunk.length;
    },
    take: () => bytes.fill(0, length),
  };
}

function growingBody(): BodyBuilder {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(chunk) {
      chunks.push(chunk);
      length += chunk.length;
    },
    take() {
      const bytes = unfilled(length);
      let offset = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, offset);
        offset += chunk.length;
      }
      return bytes;
    },
  };
}

/** So many bytes in a buffer of their own. They hold anything, and must all be written: clearing large bodies first costs. */
function unfilled(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

function tooLarge(what: string, maxBodyBytes: number): ServingError {
  return new ServingError(
    'PAYLOAD_TOO_LARGE',
    `the request body may have ${maxBodyBytes} bytes at most, and this is ${what}; the limit is --max-body-bytes`,
  );
}
