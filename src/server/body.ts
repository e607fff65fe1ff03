import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';
import { contentCodingOf } from './content-coding.js';
import { decompressor } from './decompress.js';
import { freePiece } from './free-pieces.js';
import { watchArrival } from './limits/arrival-watch.js';
import type { Visit } from './limits/visit.js';
import { ReceivedBytes } from './received-bytes.js';

/** Up to this size a body's buffer is made at once: it is no larger than what a connection costs anyway. */
const FIRST_BYTES = 1024 * 1024;

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  /** Who holds the bytes while they are here, and says how fast they have to come; left out where nobody counts. */
  readonly visit?: Visit;
  /** What it is then, where that is not REQUEST_TIMEOUT: the request's own time may be the shorter one. */
  readonly late?: () => ServingError;
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
 * Reads a request's body, decompressed where its Content-Encoding says so. What is held is at most a megabyte more than
 * twice what has arrived or unfolded, however small its pieces were; the limit holds for both. Room for what is announced
 * is held before anything is read.
 * Rejects with PAYLOAD_TOO_LARGE, OVERLOADED, REQUEST_TIMEOUT, UNIMPLEMENTED for a coding that is not known, or
 * INVALID_ARGUMENT when the body stops half-way or cannot be decompressed.
 */
export async function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  clock: Clock,
): Promise<Uint8Array> {
  const { maxBodyBytes, timeoutMs, visit, late } = limits;
  const claimed = claimedLength(request, maxBodyBytes);
  const coding = contentCodingOf(request.headers['content-encoding']);
  visit?.hold(claimed ?? 0);
  return await new Promise((resolve, reject) => {
    const plain = coding === 'identity';
    const body = new ReceivedBytes(plain ? claimed : null, FIRST_BYTES, maxBodyBytes);
    let received = 0;
    const timer = watchArrival(
      { timeoutMs, minRate: visit?.minBodyRate ?? 0 },
      clock,
      () => received,
      (reason) => {
        if (reason === 'slow' && visit !== undefined)
          return fail(visit.tooSlow('the request body', received));
        const text = `the request body did not arrive within ${timeoutMs} ms (${received} bytes did)`;
        fail(late?.() ?? new ServingError('REQUEST_TIMEOUT', text));
      },
    );
    const add = (chunk: Buffer): void => {
      if (body.length + chunk.length > maxBodyBytes) {
        fail(tooLarge(plain ? 'a longer one' : 'longer when it is decompressed', maxBodyBytes));
        return;
      }
      try {
        visit?.hold(body.length + chunk.length);
      } catch (thrown) {
        fail(ServingError.from(thrown));
        return;
      }
      body.add(chunk);
    };
    const done = (): void => finish(() => resolve(body.take()));
    const fail = (error: ServingError): void => finish(() => reject(error));
    const decoder = plain ? null : decompressor(coding, request, { bytes: add, whole: done, corrupt: fail });
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (decoder === null) {
        add(chunk);
        freePiece(chunk);
      } else if (received > maxBodyBytes) fail(tooLarge('a longer one', maxBodyBytes));
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

function tooLarge(what: string, maxBodyBytes: number): ServingError {
  return new ServingError(
    'PAYLOAD_TOO_LARGE',
    `the request body may have ${maxBodyBytes} bytes at most, and this is ${what}; the limit is --max-body-bytes`,
  );
}
