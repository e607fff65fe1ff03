import { Buffer } from 'node:buffer';
import { setMaxListeners } from 'node:events';
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Access } from '#core/access.js';
import type { CallOrigin } from '#core/call-origin.js';
import type { RequestFacts } from '#core/request-record.js';
import type { RpcCall, RpcStatus, StreamedRequest } from '#protocol/exchange.js';
import type { ContentCoding } from './content-coding.js';
import { byteLengthOf } from './encode-answer.js';
import { freePieces } from './free-pieces.js';
import { ACCEPTED_ENCODINGS, type EncodedMessage } from './grpc-encoding.js';
import { prefixOf } from './grpc-frames.js';
import { GrpcOrigin } from './grpc-origin.js';
import { OK, trailersOf } from './grpc-trailers.js';
import type { ConnectionGuard } from './limits/connection-guard.js';
import type { Visit } from './limits/visit.js';

/** Up to this size the pieces of a message are joined: one write costs more than copying so little. */
const JOINED_BYTES = 16 * 1024;

const HEADERS: Readonly<Record<string, string | number>> = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': ACCEPTED_ENCODINGS,
};

export interface CallTerms {
  readonly deadline: number | null;
  readonly visit: Visit;
  readonly guard: ConnectionGuard | undefined;
}

/** A call over one HTTP/2 stream, and the ways to answer it. Once it is finished, nothing more is sent. */
export class GrpcCall implements RpcCall {
  readonly receivedAt: number;
  readonly deadline: number | null;
  /** Set for a call of one message. */
  transport: 'grpc' | undefined = undefined;
  /** Set for a call of one message, where somebody wants to hear of it. */
  facts: RequestFacts | undefined = undefined;
  /** Set where something is limited. */
  access: Access | undefined = undefined;
  /** Set for a call of many messages. */
  begin: (requestBytes: number) => StreamedRequest | null = () => null;
  /** Of the messages, before any compression. */
  requestBytes = 0;
  responseBytes = 0;
  /** What its messages hold of the server's memory. */
  readonly visit: Visit;
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  readonly #guard: ConnectionGuard | undefined;
  /** Headers of the answer beside those that every answer has; null for none. */
  #ownHeaders: Record<string, string> | null = null;
  #controller: AbortController | null = null;
  #hasLeft = false;
  #status: RpcStatus | null = null;
  /** The same, where the caller was told. */
  #told: RpcStatus | null = null;
  /** What compressed answers are compressed by; told in the headers. */
  #encoding: ContentCoding = 'identity';

  /** @param terms its deadline is the clock's time in milliseconds, or null; the guard is that of its connection */
  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    receivedAt: number,
    { deadline, visit, guard }: CallTerms,
  ) {
    this.visit = visit;
    this.#guard = guard;
    this.#stream = stream;
    this.#headers = headers;
    this.receivedAt = receivedAt;
    this.deadline = deadline;
  }

  /** Made when asked for: most requests are not traced. */
  get origin(): CallOrigin {
    return new GrpcOrigin(this, this.#stream);
  }

  /** Made when first asked for: most calls are answered before anyone would listen. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      // Every request of a stream listens to the one signal.
      setMaxListeners(0, this.#controller.signal);
      if (this.#hasLeft) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** How it ended; null while it goes on, and where the caller left before. */
  get status(): RpcStatus | null {
    return this.#told;
  }

  get isFinished(): boolean {
    return this.#status !== null;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  /** Adds a header to an answer that has not begun. */
  setHeader(name: string, value: string): void {
    this.#ownHeaders = { ...this.#ownHeaders, [name]: value };
  }

  /** The caller has gone, or will not be answered: whoever works for it may stop. */
  leave(): void {
    this.#status ??= OK;
    this.#hasLeft = true;
    this.#controller?.abort();
  }

  /** Says, before the first answer, what answers may be compressed by. */
  encodeAnswers(encoding: ContentCoding): void {
    this.#encoding = encoding;
  }

  get encoding(): ContentCoding {
    return this.#encoding;
  }

  /** The only message of an answer, and its end. Throws INTERNAL when it is too large for anyone. */
  answer(message: EncodedMessage): void {
    if (this.#status !== null) return;
    const prefix = prefixOf(message.pieces, message.isCompressed);
    this.#open();
    this.#status = OK;
    this.#told = OK;
    this.#write(prefix, message, true);
  }

  /** One message of many. False when the caller should not be sent more before `drained` settles. */
  send(message: EncodedMessage): boolean {
    if (this.#status !== null) return true;
    const prefix = prefixOf(message.pieces, message.isCompressed);
    this.#open();
    return this.#write(prefix, message, false);
  }

  /** Settles when there is room to send, or nobody to send to. */
  drained(): Promise<void> {
    const stream = this.#stream;
    if (stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        stream.off('drain', finish).off('close', finish);
        resolve();
      };
      stream.on('drain', finish).on('close', finish);
    });
  }

  /** Ends the call with a status. What the caller has not sent yet is not waited for. */
  finish(status: RpcStatus): void {
    if (this.#status !== null) return;
    this.#status = status;
    this.#told = status;
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    if (stream.headersSent) stream.end();
    else {
      stream.respond({ ...HEADERS, ...this.#ownHeaders, ...trailersOf(status) }, { endStream: true });
      this.#stopReading();
    }
  }

  #open(): void {
    const stream = this.#stream;
    if (stream.headersSent || stream.destroyed || stream.closed) return;
    const encoding = this.#encoding;
    const plain = this.#ownHeaders === null ? HEADERS : { ...HEADERS, ...this.#ownHeaders };
    const headers = encoding === 'identity' ? plain : { ...plain, 'grpc-encoding': encoding };
    stream.respond(headers, { waitForTrailers: true });
    stream.once('wantTrailers', () => {
      stream.sendTrailers(trailersOf(this.#status ?? OK));
      this.#stopReading();
    });
  }

  #write(prefix: Uint8Array, message: EncodedMessage, isLast: boolean): boolean {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return true;
    const pieces = [prefix, ...message.pieces];
    const length = byteLengthOf(pieces);
    this.responseBytes += length;
    this.#guard?.answered();
    if (length <= JOINED_BYTES) {
      const joined = Buffer.concat(pieces, length);
      if (!isLast) return stream.write(joined);
      stream.end(joined);
      return true;
    }
    if (isLast && message.isGivenAway) {
      // Without an error the system has taken all of it by then.
      stream.once('finish', () => freePieces(message.pieces));
    }
    stream.cork();
    const hasRoom = pieces.map((piece) => stream.write(piece)).every(Boolean);
    stream.uncork();
    if (isLast) stream.end();
    return hasRoom;
  }

  /** Tells the caller, which has been told the status, that the rest of its messages is not wanted. */
  #stopReading(): void {
    const stream = this.#stream;
    if (stream.readableEnded || stream.closed) return;
    stream.resume();
    // Not now: a reset that is asked for while trailers are being written overtakes them.
    setImmediate(() => {
      if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }
}
