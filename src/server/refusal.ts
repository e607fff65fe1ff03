import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers what is no HTTP request at all and ends the connection. An answer that is still on its way on the same
 * connection goes first: it belongs to a request that was right.
 */
export function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  running: ServerResponse | undefined,
): void {
  // Of a request that has not come in whole, what came is the fault itself.
  const isOnItsWay = running?.req.complete === true && !running.destroyed && !running.writableFinished;
  // Nothing that is written to a broken TLS connection ever arrives, or is ever done.
  const isBroken = error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL_') === true;
  if (isBroken || !socket.writable) socket.destroy();
  else if (isOnItsWay) running.once('close', () => refuse(error, socket));
  else refuse(error, socket);
}

/** Answers a connection that speaks plain HTTP to a port with TLS, and ends it. */
export function refusePlain(socket: Socket): void {
  endWith(socket, '400 Bad Request', 'this port speaks TLS; ask by https://');
}

function refuse(error: NodeJS.ErrnoException & { readonly rawPacket?: Uint8Array }, socket: Socket): void {
  // A TLS record of the type "handshake", and its major version (RFC 8446, section 5.1).
  const isTls = error.rawPacket?.[0] === 0x16 && error.rawPacket[1] === 3;
  if (isTls) endWith(socket, '400 Bad Request', 'this port does not speak TLS; ask by http://');
  else endWith(socket, ...refusalOf(error.code));
}

function endWith(socket: Socket, status: string, sentence: string): void {
  const body = JSON.stringify({ error: sentence });
  const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  // Whoever sends garbage may never close its half: the connection ends with the answer.
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

function refusalOf(code: string | undefined): readonly [status: string, sentence: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['431 Request Header Fields Too Large', 'the request headers may have 16 KiB at most'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'the request headers did not arrive within 60 s'];
    case 'HPE_INVALID_EOF_STATE':
      return ['400 Bad Request', 'the connection was closed before the request was complete'];
    default:
      return ['400 Bad Request', `this is not an HTTP/1.1 request that can be read (${code ?? 'unknown'})`];
  }
}
