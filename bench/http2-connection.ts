/**
 * The least of HTTP/2 that a client of unary gRPC calls needs, over a raw socket: `node:http2` as a client costs more
 * than the servers that are measured. The request's headers are packed once; of an answer only its bytes are counted.
 * Source: RFC 9113 (frames), RFC 7541 (header compression).
 */
import { connect, type Socket } from 'node:net';

const FRAME_HEAD_BYTES = 9;
const DATA = 0;
const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const WINDOW_UPDATE = 8;
const END_STREAM = 1;
const ACK = 1;
const END_HEADERS = 4;
const ENABLE_PUSH = 2;
const INITIAL_WINDOW_SIZE = 4;
const DEFAULT_WINDOW = 65_535;
const LARGEST_WINDOW = 2 ** 31 - 1;
const MOST_DATA_BYTES = 16_384;
/** What may have arrived before the server is told that there is room again. */
const CREDIT_BYTES = 64 * 1024 * 1024;

interface Exchange {
  sent: number;
  window: number;
  received: number;
  readonly done: (answerBytes: number) => void;
}

/** One connection that sends the same call again and again. */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #message: Uint8Array;
  readonly #firstHeaders: Buffer;
  readonly #laterHeaders: Buffer;
  readonly #failed: (error: Error) => void;
  readonly #ready: () => void;
  /** Calls in flight, by the number of their stream. */
  readonly #exchanges = new Map<number, Exchange>();
  #nextId = 1;
  #window = DEFAULT_WINDOW;
  #streamWindow: number | null = null;
  #unread: Buffer = Buffer.alloc(0);
  /** What is still to come of a DATA frame. */
  #dataLeft = 0;
  #dataOf: Exchange | undefined;
  #uncredited = 0;

  /** @param message with its gRPC prefix; `ready` is called when the server has told its settings */
  constructor(
    port: number,
    path: string,
    message: Uint8Array,
    on: { readonly ready: () => void; readonly failed: (error: Error) => void },
  ) {
    this.#message = message;
    this.#ready = on.ready;
    this.#failed = on.failed;
    [this.#firstHeaders, this.#laterHeaders] = headerBlocks(path);
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('connect', () => this.#greet());
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', this.#failed);
    this.#socket.on('close', () => this.#failed(new Error('the server closed a connection')));
  }

  /** Sends the call once. `done` hears how many bytes of messages came back. */
  call(done: (answerBytes: number) => void): void {
    const id = this.#nextId;
    this.#nextId += 2;
    const exchange = { sent: 0, window: this.#streamWindow ?? DEFAULT_WINDOW, received: 0, done };
    this.#exchanges.set(id, exchange);
    const block = id === 1 ? this.#firstHeaders : this.#laterHeaders;
    this.#send(id, exchange, frame(HEADERS, END_HEADERS, id, block));
  }

  close(): void {
    this.#socket.removeAllListeners('close').on('close', () => {});
    this.#socket.destroy();
  }

  #greet(): void {
    const settings = Buffer.alloc(12);
    settings.writeUInt16BE(ENABLE_PUSH, 0);
    settings.writeUInt16BE(INITIAL_WINDOW_SIZE, 6);
    settings.writeUInt32BE(LARGEST_WINDOW, 8);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const update = windowUpdate(LARGEST_WINDOW - DEFAULT_WINDOW);
    this.#socket.write(Buffer.concat([preface, frame(SETTINGS, 0, 0, settings), update]));
  }

  /** Sends as much of the message as both windows let through, in one write. */
  #send(id: number, exchange: Exchange, head: Buffer = Buffer.alloc(0)): void {
    const count = Math.min(this.#message.length - exchange.sent, exchange.window, this.#window);
    const frames = Math.ceil(count / MOST_DATA_BYTES);
    const bytes = Buffer.allocUnsafe(head.length + count + frames * FRAME_HEAD_BYTES);
    bytes.set(head);
    let at = head.length;
    for (const end = exchange.sent + count; exchange.sent < end; ) {
      const length = Math.min(MOST_DATA_BYTES, end - exchange.sent);
      const isLast = exchange.sent + length === this.#message.length;
      writeFrameHead(bytes, at, { length, type: DATA, flags: isLast ? END_STREAM : 0, id });
      bytes.set(this.#message.subarray(exchange.sent, exchange.sent + length), at + FRAME_HEAD_BYTES);
      at += FRAME_HEAD_BYTES + length;
      exchange.sent += length;
    }
    exchange.window -= count;
    this.#window -= count;
    if (bytes.length > 0) this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    let bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (;;) {
      if (this.#dataLeft > 0) {
        const count = Math.min(this.#dataLeft, bytes.length);
        this.#dataLeft -= count;
        if (this.#dataOf !== undefined) this.#dataOf.received += count;
        bytes = bytes.subarray(count);
        if (this.#dataLeft > 0) break;
      }
      if (bytes.length < FRAME_HEAD_BYTES) break;
      const length = bytes.readUIntBE(0, 3);
      const [type, flags, id] = [bytes[3] ?? 0, bytes[4] ?? 0, bytes.readUInt32BE(5)];
      if (type === DATA) {
        if ((flags & END_STREAM) !== 0) this.#failed(new Error('a call ended without trailers'));
        this.#dataOf = this.#exchanges.get(id);
        this.#dataLeft = length;
        this.#credit(length);
        bytes = bytes.subarray(FRAME_HEAD_BYTES);
        continue;
      }
      if (bytes.length < FRAME_HEAD_BYTES + length) break;
      this.#take(type, flags, id, bytes.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + length));
      bytes = bytes.subarray(FRAME_HEAD_BYTES + length);
    }
    this.#unread = bytes;
  }

  #take(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === HEADERS && (flags & END_STREAM) !== 0) {
      const exchange = this.#exchanges.get(id);
      this.#exchanges.delete(id);
      exchange?.done(exchange.received);
    } else if (type === WINDOW_UPDATE) this.#widen(id, payload.readUInt32BE(0));
    else if (type === SETTINGS && flags !== ACK) {
      this.#socket.write(frame(SETTINGS, ACK, 0));
      const isFirst = this.#streamWindow === null;
      this.#streamWindow ??= DEFAULT_WINDOW;
      for (let at = 0; at < payload.length; at += 6) {
        if (payload.readUInt16BE(at) === INITIAL_WINDOW_SIZE)
          this.#streamWindow = payload.readUInt32BE(at + 2);
      }
      if (isFirst) this.#ready();
    } else if (type === PING && flags !== ACK) this.#socket.write(frame(PING, ACK, 0, payload));
    else if (type === RST_STREAM && this.#exchanges.has(id)) this.#failed(new Error('a call was reset'));
    else if (type === GOAWAY) this.#failed(new Error('the server sent the connection away'));
  }

  #widen(id: number, bytes: number): void {
    if (id === 0) this.#window += bytes;
    const exchange = this.#exchanges.get(id);
    if (exchange !== undefined) exchange.window += bytes;
    for (const [each, waiting] of id === 0 ? this.#exchanges : [[id, exchange] as const]) {
      if (waiting !== undefined && waiting.sent < this.#message.length) this.#send(each, waiting);
    }
  }

  #credit(bytes: number): void {
    this.#uncredited += bytes;
    if (this.#uncredited < CREDIT_BYTES) return;
    this.#socket.write(windowUpdate(this.#uncredited));
    this.#uncredited = 0;
  }
}

function frame(type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD_BYTES + payload.length);
  writeFrameHead(bytes, 0, { length: payload.length, type, flags, id });
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

function writeFrameHead(
  bytes: Buffer,
  at: number,
  { length, type, flags, id }: Readonly<Record<'length' | 'type' | 'flags' | 'id', number>>,
): void {
  bytes.writeUIntBE(length, at, 3);
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  bytes.writeUInt32BE(id, at + 5);
}

function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(WINDOW_UPDATE, 0, 0, payload);
}

/**
 * The headers of a call as HPACK, as any client packs them: the first time they are spelled out and remembered by the
 * server, from then on one byte each.
 */
function headerBlocks(path: string): [first: Buffer, later: Buffer] {
  const METHOD_POST = 0x83;
  const SCHEME_HTTP = 0x86;
  const FIRST_DYNAMIC = 62;
  const headers: readonly (readonly [name: string, value: string])[] = [
    [':path', path],
    [':authority', 'bench'],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
    ['user-agent', 'bench'],
  ];
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const INDEXED_LITERAL = 0x40;
  const spelled = headers.flatMap(([name, value]) => [
    Buffer.from([INDEXED_LITERAL]),
    text(name),
    text(value),
  ]);
  const fixed = Buffer.from([METHOD_POST, SCHEME_HTTP]);
  const places = headers.map((_, i) => 0x80 | (FIRST_DYNAMIC + headers.length - 1 - i));
  return [Buffer.concat([fixed, ...spelled]), Buffer.concat([fixed, Buffer.from(places)])];
}
