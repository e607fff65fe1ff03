import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import type { Answer, ProtocolSkin } from '#protocol/exchange.js';
import { claimedLength, readBody } from './body.js';
import { HttpCall } from './http-call.js';
import { listenOn } from './listen-on.js';
import type { ListenerOptions } from './options.js';
import { createRouter, type FindRoute, MethodNotAllowed } from './router.js';

const log = loggerOf('server::listener');

const NO_BODY = new Uint8Array(0);

/** An open REST port. It knows exchanges, not inference. */
export class Listener {
  readonly #server: Server;
  readonly #skin: ProtocolSkin;
  readonly #find: FindRoute;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  #closing = false;

  constructor(skin: ProtocolSkin, options: ListenerOptions, clock: Clock) {
    this.#skin = skin;
    this.#find = createRouter(skin.routes);
    this.#options = options;
    this.#clock = clock;
    // Bodies have a limit of their own (readBody), so the server's total limit must not cut a slow answer.
    this.#server = createServer({
      keepAliveTimeout: 75_000,
      requestTimeout: 0,
      headersTimeout: 60_000,
      noDelay: true,
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.#refuse(error, socket as Socket),
    );
  }

  /** Opens the port; answers its number. Rejects when the address cannot be had. */
  async open(): Promise<number> {
    const { host, port } = this.#options;
    await listenOn(this.#server, { host, port, protocol: 'http', portOption: '--http-port' });
    this.#server.on('error', (error) => log.error(`the REST port failed: ${error.message}`));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on every answer closes its connection. */
  leave(): void {
    this.#closing = true;
  }

  /** Takes no new connection, ends the idle ones, and settles when the last one is gone or cut off. */
  close(cutOffMs: number): Promise<void> {
    this.#closing = true;
    return new Promise((resolve) => {
      const timer = this.#clock.startTimer(cutOffMs, () => this.#server.closeAllConnections());
      this.#server.close(() => {
        timer.cancel();
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.#answer(request, response, expectsContinue);
    } catch (thrown) {
      answer = this.#skin.errorAnswer(thrown);
      if (thrown instanceof MethodNotAllowed)
        answer = { ...answer, headers: { ...answer.headers, allow: thrown.allow } };
    }
    this.#write(request, response, answer);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): Promise<Answer> {
    const call = new HttpCall(response, this.#clock.now());
    const { maxBodyBytes, bodyTimeoutMs } = this.#options;
    const { route, params } = this.#find(request.method ?? '', request.url ?? '');
    let body: Uint8Array = NO_BODY;
    if (route.takesBody) {
      claimedLength(request, maxBodyBytes);
      if (expectsContinue) response.writeContinue();
      body = await readBody(request, { maxBodyBytes, timeoutMs: bodyTimeoutMs }, this.#clock);
    }
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    return await route.handle({ params, header, body, call });
  }

  #write(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    const headers: Record<string, string | number> = {
      ...answer.headers,
      'content-length': answer.body.byteLength,
    };
    // What is left of a refused body would be read as the next request, and could be long: the connection ends.
    if (this.#closing || isUnread(request)) headers['connection'] = 'close';
    response.writeHead(answer.status, headers);
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  /** Answers what is no HTTP request at all. */
  #refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [status, sentence] = refusalOf(error.code);
    const body = JSON.stringify({ error: sentence });
    const head = `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.end(`${head}\r\n\r\n${body}`);
  }
}

function isUnread(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return !request.complete && (encoding !== undefined || (length !== undefined && length !== '0'));
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
