import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LimitOptions } from './limits/limit-options.js';
import type { ConnectionReason } from './limits/refusal-counts.js';

/** The limits that are told of. */
type Told = Pick<LimitOptions, 'maxHeaderBytes' | 'headersTimeoutMs'>;

/**
 * Answers what is no HTTP request at all and ends the connection. An answer that is still on its way on the same
 * connection goes first: it belongs to a request that was right.
 */
export function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  running: ServerResponse | undefined,
  limits: Told,
): void {
  // Of a request that has not come in whole, what came is the fault itself.
  const isOnItsWay = running?.req.complete === true && !running.destroyed && !running.writableFinished;
  // Nothing that is written to a broken TLS connection ever arrives, or is ever done.
  const isBroken = error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL_') === true;
  if (isBroken || !socket.writable) socket.destroy();
  else if (isOnItsWay) running.once('close', () => refuse(socket, refusalOf(error, limits)));
  else refuse(socket, refusalOf(error, limits));
}

/** Answers a connection that speaks plain HTTP to a port with TLS, and ends it. */
export function refusePlain(socket: Socket): void {
  refuse(socket, ['400 Bad Request', 'this port speaks TLS; ask by https://']);
}

/** Answers a connection that is one too many, and ends it. */
export function turnAway(socket: Socket, reason: ConnectionReason): void {
  if (reason === 'max_connections') {
    const sentence = 'the server has as many connections as it may have; try again later';
    refuse(socket, ['503 Service Unavailable', sentence], 'retry-after: 1\r\n');
  } else {
    const sentence =
      'this client has as many connections as it may have; use one of them, or try again later';
    refuse(socket, ['429 Too Many Requests', sentence], 'retry-after: 1\r\n');
  }
}

type Refusal = readonly [status: string, sentence: string];

function refuse(socket: Socket, [status, sentence]: Refusal, headers = ''): void {
  const body = JSON.stringify({ error: sentence });
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}`;
  // Whoever sends garbage may never close its half: the connection ends with the answer.
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

/** What Node says of a connection that it cannot read, with what it read last. */
interface Unreadable extends NodeJS.ErrnoException {
  readonly rawPacket?: Uint8Array;
}

function refusalOf({ code, rawPacket }: Unreadable, { maxHeaderBytes, headersTimeoutMs }: Told): Refusal {
  // A TLS record of the type "handshake", and its major version (RFC 8446, section 5.1).
  if (rawPacket?.[0] === 0x16 && rawPacket[1] === 3)
    return ['400 Bad Request', 'this port does not speak TLS; ask by http://'];
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const sentence = `the request headers may have ${sizeOf(maxHeaderBytes)} at most`;
      return ['431 Request Header Fields Too Large', sentence];
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [
        '408 Request Timeout',
        `the request headers did not arrive within ${headersTimeoutMs / 1000} s`,
      ];
    case 'HPE_INVALID_EOF_STATE':
      return ['400 Bad Request', 'the connection was closed before the request was complete'];
    default:
      return ['400 Bad Request', `this is not an HTTP/1.1 request that can be read (${code ?? 'unknown'})`];
  }
}

/** `16 KiB`, or the bytes where that would not be all of it. */
function sizeOf(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}
