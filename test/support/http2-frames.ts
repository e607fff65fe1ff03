/** Frames of HTTP/2 byte by byte, for connections that no library would make. Source: RFC 9113. */
import { connect, type Socket } from 'node:net';

const HEAD_BYTES = 9;
export const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
export const GOAWAY = 7;
export const CONTINUATION = 9;
export const END_HEADERS = 4;

export function h2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** A header as HPACK spells it out, without Huffman and without remembering it. Both are shorter than 127 bytes. */
export function plainHeader(name: string, value: string): Buffer {
  const text = (word: string): Buffer => Buffer.concat([Buffer.from([word.length]), Buffer.from(word)]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** The headers of a gRPC call. */
export function callHeaders(path: string): Buffer {
  const [post, http] = [Buffer.from([0x83]), Buffer.from([0x86])];
  const rest = [
    [':path', path],
    [':authority', 'x'],
    ['te', 'trailers'],
    ['content-type', 'application/grpc'],
  ];
  return Buffer.concat([post, http, ...rest.map(([name = '', value = '']) => plainHeader(name, value))]);
}

export interface Goaway {
  readonly code: number;
  readonly text: string;
}

/** A connection that sends what it is told to, and hears how it ends. */
export interface RawHttp2 {
  readonly socket: Socket;
  /** Sends, and settles when the system has taken it, or the connection is gone. */
  send(frames: readonly Buffer[]): Promise<void>;
  /** Settles with the GOAWAY that came before the end; null where there was none. */
  readonly ended: Promise<Goaway | null>;
}

export function rawHttp2(port: number): RawHttp2 {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), h2Frame(SETTINGS, 0, 0)]));
  let unread = Buffer.alloc(0);
  let goaway: Goaway | null = null;
  socket.on('data', (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + unread.readUIntBE(0, 3);
      if (unread.length < end) break;
      if (unread[3] === GOAWAY && (goaway === null || goaway.text === ''))
        goaway = { code: unread.readUInt32BE(13), text: unread.toString('utf8', 17, end) };
      unread = unread.subarray(end);
    }
  });
  socket.on('error', () => {});
  const ended = new Promise<Goaway | null>((resolve) => socket.once('close', () => resolve(goaway)));
  return {
    socket,
    ended,
    send: (frames) =>
      new Promise((resolve) => {
        // What a connection that breaks has not sent is told of as an error.
        if (socket.destroyed) resolve();
        else socket.write(Buffer.concat(frames), () => resolve());
      }),
  };
}
