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
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else if (isOnItsWay) running.once('close', () => refuse(error.code, socket));
  else refuse(error.code, socket);
}

function refuse(code: string | undefined, socket: Socket): void {
  const [status, sentence] = refusalOf(code);
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
