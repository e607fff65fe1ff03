import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { invalid, messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Answer, ProtocolSkin } from '#protocol/exchange.js';
import { type BodyLimits, claimedLength, readBody } from './body.js';
import { ACCEPTED_CODINGS, contentCodingOf, UnknownCoding } from './content-coding.js';
import { afterPoll, closeDoor } from './door.js';
import { byteLengthOf, encodeAnswer, piecesOf } from './encode-answer.js';
import { hangUp } from './hang-up.js';
import { HttpCall } from './http-call.js';
import { type HttpTelling, tellingOf } from './http-telling.js';
import { listenOn } from './listen-on.js';
import type { ListenerOptions } from './options.js';
import { refuseConnection } from './refusal.js';
import { deadlinePassed, requestTimeoutOf, TIMEOUT_HEADER, within } from './request-timeout.js';
import { createRouter, type FindRoute, MethodNotAllowed } from './router.js';
import { send } from './send.js';
import { sendStream } from './send-stream.js';

const log = loggerOf('server::listener');

const NO_BODY = new Uint8Array(0);

/** An open REST port. It knows exchanges, not inference. */
export class Listener {
  readonly #server: Server;
  readonly #skin: ProtocolSkin;
  readonly #find: FindRoute;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  /** Answers that are being made or sent. */
  readonly #sending = new Set<ServerResponse>();
  readonly #connections = new Set<Socket>();
  /** The newest answer of each connection. */
  readonly #running = new WeakMap<Socket, ServerResponse>();
  /** Ends the streams. */
  readonly #streamsEnd = new AbortController();
  #closing = false;
  /** Settles when the door is closed and the last connection is gone; null while the door is open. */
  #gone: Promise<void> | null = null;

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
      // Node would answer without a sentence; #answer has one.
      requireHostHeader: false,
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuseConnection(error, socket as Socket, this.#running.get(socket as Socket)),
    );
    this.#server.on('checkExpectation', (request, response) => this.#refuseExpectation(request, response));
  }

  /** Opens the port; answers its number. Rejects when the address cannot be had. */
  async open(): Promise<number> {
    const { host, port, portOption = '--http-port', sockets } = this.#options;
    await listenOn(this.#server, { host, port, protocol: 'http', portOption }, sockets);
    this.#server.on('error', (error) => log.error(`the REST port failed: ${error.message}`));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on every answer closes its connection. */
  leave(): void {
    this.#closing = true;
  }

  /**
   * Takes no new connection from now on: whoever tries is refused, and knows that nothing was sent. Those that are
   * there are served on. Settles when the last of them is gone.
   */
  closeDoor(): Promise<void> {
    this.#closing = true;
    this.#gone ??= closeDoor(this.#server);
    return this.#gone;
  }

  /** Ends the connections on which nothing has come that is to be answered. */
  endIdle(): void {
    afterPoll(() => {
      const idle = [...this.#connections].filter((socket) => !this.#isAnswering(socket));
      hangUp(idle, this.#clock);
    });
  }

  /**
   * Ends the streams, lets the other answers that are being sent arrive, then takes no new connection and ends the
   * others. What has not ended after `cutOffMs` is cut off. Until then a new request is answered as the gate says.
   */
  async close(cutOffMs: number): Promise<void> {
    this.#closing = true;
    this.#streamsEnd.abort();
    const cutOff = deferred<void>();
    const timer = this.#clock.startTimer(cutOffMs, () => cutOff.resolve());
    await Promise.race([cutOff.promise, this.#allSent()]);
    const gone = this.closeDoor();
    this.endIdle();
    await Promise.race([cutOff.promise, gone]);
    timer.cancel();
    // Also ends the timer by which Node looks for requests that do not get whole.
    this.#server.close();
    this.#server.closeAllConnections();
    await gone;
  }

  #isAnswering(socket: Socket): boolean {
    const response = this.#running.get(socket);
    return response !== undefined && this.#sending.has(response);
  }

  /** Settles when what is being made or sent now has arrived, or its connection is gone. */
  async #allSent(): Promise<void> {
    const gone = [...this.#sending].map(
      (response) => new Promise((resolve) => response.once('close', resolve)),
    );
    await Promise.all(gone);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    this.#sending.add(response);
    this.#running.set(request.socket, response);
    const telling = tellingOf(request, response, this.#clock);
    response.once('close', () => {
      this.#sending.delete(response);
      telling?.closed(this.#clock.now());
    });
    let answer: Answer;
    try {
      answer = await this.#answer(request, response, expectsContinue, telling);
    } catch (thrown) {
      answer = this.#errorAnswer(request, thrown);
      if (telling !== null) telling.error = messageOf(thrown);
    }
    const { stream } = answer;
    if (stream !== undefined) {
      if (telling !== null) telling.isStream = true;
      await sendStream(request, response, { ...answer, stream }, this.#streamsEnd.signal, this.#clock);
      return;
    }
    const encoded = await encodeAnswer(answer, headerOf(request, 'accept-encoding'));
    if (telling !== null) telling.responseBytes = byteLengthOf(piecesOf(encoded));
    send(request, response, encoded, this.#closing, this.#clock);
  }

  #errorAnswer(request: IncomingMessage, thrown: unknown): Answer {
    const answer = this.#skin.errorAnswer(thrown);
    const line = `${request.method} ${request.url} was answered ${answer.status}: ${messageOf(thrown)}`;
    if (answer.status === 500) log.error(line);
    else log.debug(line);
    return { ...answer, headers: { ...answer.headers, ...headersOf(thrown) } };
  }

  /** An `Expect` header that asks for anything but `100-continue`. */
  #refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
    const error = invalid(`the expectation '${request.headers.expect}' cannot be met; only 100-continue can`);
    const answer = { ...this.#errorAnswer(request, error), status: 417 };
    const telling = tellingOf(request, response, this.#clock);
    if (telling !== null) {
      telling.refused(error, byteLengthOf(piecesOf(answer)));
      response.once('close', () => telling.closed(this.#clock.now()));
    }
    send(request, response, answer, this.#closing, this.#clock);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    telling: HttpTelling | null,
  ): Promise<Answer> {
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw invalid('an HTTP/1.1 request must have a Host header, and this one has none');
    }
    const receivedAt = this.#clock.now();
    const { maxBodyBytes } = this.#options;
    const { route, params } = this.#find(request.method ?? '', request.url ?? '');
    if (telling !== null) telling.operation = `${route.method} ${route.path}`;
    const timeoutMs = route.takesTimeout ? requestTimeoutOf(headerOf(request, TIMEOUT_HEADER)) : null;
    const call = new HttpCall(route, request, response, receivedAt, timeoutMs, telling?.facts);
    let body: Uint8Array = NO_BODY;
    if (route.takesBody) {
      if (expectsContinue) {
        // Whoever asks first is told before sending what `readBody` would refuse.
        claimedLength(request, maxBodyBytes);
        contentCodingOf(request.headers['content-encoding']);
        response.writeContinue();
      }
      body = await readBody(request, this.#bodyLimits(timeoutMs), this.#clock);
    }
    if (telling !== null) telling.requestBytes = body.byteLength;
    const handle = (): Answer | Promise<Answer> =>
      route.handle({ params, header: (name) => headerOf(request, name), body, call });
    if (timeoutMs === null) return await handle();
    return await within(timeoutMs, receivedAt + timeoutMs - this.#clock.now(), this.#clock, handle);
  }

  #bodyLimits(timeoutMs: number | null): BodyLimits {
    const { maxBodyBytes, bodyTimeoutMs } = this.#options;
    if (timeoutMs === null || timeoutMs > bodyTimeoutMs) return { maxBodyBytes, timeoutMs: bodyTimeoutMs };
    return { maxBodyBytes, timeoutMs, late: () => deadlinePassed(timeoutMs) };
  }
}

/** What an error says in headers, beside its sentence. */
function headersOf(thrown: unknown): Readonly<Record<string, string>> {
  if (thrown instanceof MethodNotAllowed) return { allow: thrown.allow };
  if (thrown instanceof UnknownCoding) return { 'accept-encoding': ACCEPTED_CODINGS };
  return {};
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
