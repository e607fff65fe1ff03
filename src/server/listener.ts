import { setMaxListeners } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Access, Guard } from '#core/access.js';
import type { Clock } from '#core/clock.js';
import { Crowd, type Standing } from '#core/crowd.js';
import { deferred } from '#core/deferred.js';
import { invalid, messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Answer, ProtocolSkin, Route } from '#protocol/exchange.js';
import { handshakeOptions } from '#tls/context.js';
import type { Credentials } from '#tls/credentials.js';
import { type BodyLimits, claimedLength, readBody } from './body.js';
import { ACCEPTED_CODINGS, contentCodingOf, UnknownCoding } from './content-coding.js';
import { corsHeaders, isPreflight, preflightAnswer, withCors } from './cors.js';
import { afterPoll, closeDoor } from './door.js';
import { byteLengthOf, encodeAnswer, piecesOf } from './encode-answer.js';
import { hangUp } from './hang-up.js';
import { HttpCall } from './http-call.js';
import { type HttpTelling, tellingOf } from './http-telling.js';
import { checkHeaderCount, TooManyHeaders } from './limits/header-count.js';
import type { LimitOptions } from './limits/limit-options.js';
import type { MisuseWatch } from './limits/misuse-watch.js';
import type { ServerLimits } from './limits/server-limits.js';
import type { Visit } from './limits/visit.js';
import { listenOn } from './listen-on.js';
import type { ListenerOptions } from './options.js';
import { peerOf } from './peer.js';
import { refuseConnection, refusePlain, turnAway } from './refusal.js';
import { deadlinePassed, requestTimeoutOf, TIMEOUT_HEADER, within } from './request-timeout.js';
import { createRouter, type FindRoute, MethodNotAllowed } from './router.js';
import { send } from './send.js';
import { sendStream } from './send-stream.js';
import { TlsDoor } from './tls-door.js';

const log = loggerOf('server::listener');

const NO_BODY = new Uint8Array(0);

/** How often it is looked for connections whose time is over. */
const CHECK_MS = 5_000;

/** What is known of a request beside itself. */
interface Coming {
  readonly expectsContinue: boolean;
  readonly telling: HttpTelling | null;
  readonly visit: Visit;
}

/** An open REST port. It knows exchanges, not inference. */
export class Listener {
  readonly #server: Server;
  /** Null where the port speaks no TLS. */
  readonly #door: TlsDoor | null;
  /** What every answer tells browsers of TLS; null for nothing. */
  readonly #hsts: string | null;
  readonly #skin: ProtocolSkin;
  readonly #find: FindRoute;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  readonly #limits: ServerLimits;
  /** Null where everybody may do everything. */
  readonly #guard: Guard | null;
  /** Answers that are being made or sent. */
  readonly #sending = new Crowd<ServerResponse>();
  readonly #connections = new Set<Socket>();
  /** The newest answer of each connection. */
  readonly #running = new WeakMap<Socket, Standing<ServerResponse>>();
  /** Ends the streams. */
  readonly #streamsEnd = new AbortController();
  #closing = false;
  /** Settles when the door is closed and the last connection is gone; null while the door is open. */
  #gone: Promise<void> | null = null;

  constructor(
    skin: ProtocolSkin,
    options: ListenerOptions,
    clock: Clock,
    limits: ServerLimits,
    guard: Guard | null = null,
  ) {
    this.#limits = limits;
    this.#guard = guard;
    this.#skin = skin;
    this.#find = createRouter(skin.routes);
    this.#options = options;
    this.#clock = clock;
    // Every stream listens to it.
    setMaxListeners(0, this.#streamsEnd.signal);
    const { tls = null } = options;
    const nodeOptions = nodeOptionsOf(limits.options);
    const { server, door } =
      tls === null ? plainServer(nodeOptions) : tlsServer(nodeOptions, tls, limits.tlsMisuse, clock);
    this.#server = server;
    this.#door = door;
    this.#hsts = tls === null || tls.options.hstsSeconds === 0 ? null : `max-age=${tls.options.hstsSeconds}`;
    // Node would drop what is beyond: one more is let through, for #answer to refuse.
    server.maxHeadersCount = limits.options.maxHeaders + 1;
    // Before its handshake nobody can be answered.
    limits.connections.watch(server, door === null ? turnAway : (socket) => void socket.destroy());
    server.on(door === null ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#server.on('request', (request, response) => void this.#serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      refuseConnection(error, socket as Socket, this.#running.get(socket as Socket)?.member, limits.options),
    );
    this.#server.on('checkExpectation', (request, response) => this.#refuseExpectation(request, response));
  }

  /** Opens the port; answers its number. Rejects when the address cannot be had. */
  async open(): Promise<number> {
    const { host, port, portOption = '--http-port', sockets } = this.#options;
    const protocol = this.#door === null ? 'http' : 'https';
    await listenOn(this.#server, { host, port, protocol, portOption }, sockets);
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
    this.#door?.close();
    await Promise.race([cutOff.promise, gone]);
    timer.cancel();
    // Also ends the timer by which Node looks for requests that do not get whole.
    this.#server.close();
    this.#server.closeAllConnections();
    await gone;
  }

  #isAnswering(socket: Socket): boolean {
    const answering = this.#running.get(socket);
    return answering !== undefined && answering.at >= 0;
  }

  /** Settles when what is being made or sent now has arrived, or its connection is gone. */
  async #allSent(): Promise<void> {
    const gone = [...this.#sending].map(
      (response) => new Promise((resolve) => response.once('close', resolve)),
    );
    await Promise.all(gone);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    if (this.#hsts !== null) response.setHeader('strict-transport-security', this.#hsts);
    const sending = this.#sending.enter(response);
    this.#running.set(request.socket, sending);
    const telling = tellingOf(request, response, this.#clock);
    const visit = this.#limits.visit();
    response.once('close', () => {
      this.#sending.leave(sending);
      visit.end();
      telling?.closed(this.#clock.now());
    });
    let answer: Answer;
    try {
      answer = await this.#answer(request, response, { expectsContinue, telling, visit });
    } catch (thrown) {
      // Nobody has its body any more.
      visit.end();
      answer = this.#errorAnswer(request, thrown);
      if (telling !== null) telling.error = messageOf(thrown);
    }
    const { corsOrigins = [] } = this.#options;
    const cors = corsOrigins.length === 0 ? null : corsHeaders(corsOrigins, request.headers.origin);
    const { stream } = answer;
    if (stream !== undefined) {
      if (telling !== null) telling.isStream = true;
      await sendStream(
        request,
        response,
        { ...withCors(answer, cors), stream },
        this.#streamsEnd.signal,
        this.#clock,
      );
      return;
    }
    const encoded = withCors(await encodeAnswer(answer, headerOf(request, 'accept-encoding')), cors);
    if (telling !== null) telling.responseBytes = byteLengthOf(piecesOf(encoded));
    send(request, response, encoded, this.#closing, this.#clock);
  }

  #errorAnswer(request: IncomingMessage, thrown: unknown): Answer {
    const answer = this.#skin.errorAnswer(thrown);
    const line = `${request.method} ${request.url} was answered ${answer.status}: ${messageOf(thrown)}`;
    if (answer.status === 500) log.error(line);
    else log.debug(line);
    const status = thrown instanceof TooManyHeaders ? 431 : answer.status;
    return { ...answer, status, headers: { ...answer.headers, ...headersOf(thrown) } };
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
    { expectsContinue, telling, visit }: Coming,
  ): Promise<Answer> {
    checkHeaderCount(request.rawHeaders.length / 2, this.#limits.options.maxHeaders);
    if (request.httpVersion === '1.1' && request.headers.host === undefined) {
      throw invalid('an HTTP/1.1 request must have a Host header, and this one has none');
    }
    const receivedAt = this.#clock.now();
    const { maxBodyBytes, corsOrigins = [] } = this.#options;
    if (corsOrigins.length > 0 && isPreflight(request.method, (name) => headerOf(request, name)))
      return preflightAnswer(corsOrigins, request.headers.origin);
    const { route, operation, params } = this.#find(request.method ?? '', request.url ?? '');
    if (telling !== null) telling.operation = operation;
    // Before anything else is looked at: strangers learn nothing of what is wrong with a request.
    const access =
      this.#guard === null ? null : await this.#admit(this.#guard, request, route, params['model']);
    if (access !== null && telling !== null) telling.facts.identity = access.identity;
    this.#limits.enter(visit, route.path, () => ({
      address: request.socket.remoteAddress ?? null,
      forwarded: headerOf(request, 'x-forwarded-for'),
      identity: access?.identity ?? undefined,
    }));
    const timeoutMs = route.takesTimeout ? requestTimeoutOf(headerOf(request, TIMEOUT_HEADER)) : null;
    const call = new HttpCall(operation, request, response, receivedAt, timeoutMs, telling?.facts, access);
    let body: Uint8Array = NO_BODY;
    if (route.takesBody) {
      if (expectsContinue) {
        // Whoever asks first is told before sending what `readBody` would refuse.
        visit.hold(claimedLength(request, maxBodyBytes) ?? 0);
        contentCodingOf(request.headers['content-encoding']);
        response.writeContinue();
      }
      body = await readBody(request, this.#bodyLimits(timeoutMs, visit), this.#clock);
    }
    if (telling !== null) telling.requestBytes = body.byteLength;
    const handle = (): Answer | Promise<Answer> =>
      route.handle({ params, header: (name) => headerOf(request, name), body, call });
    if (timeoutMs === null) return await handle();
    return await within(timeoutMs, receivedAt + timeoutMs - this.#clock.now(), this.#clock, handle);
  }

  async #admit(
    guard: Guard,
    request: IncomingMessage,
    { category }: Route,
    model: string | undefined,
  ): Promise<Access | null> {
    const header = (name: string): string | undefined => headerOf(request, name);
    return await guard({ transport: 'http', peer: peerOf(request.socket), header }, category, model ?? null);
  }

  #bodyLimits(timeoutMs: number | null, visit: Visit): BodyLimits {
    const { maxBodyBytes, bodyTimeoutMs } = this.#options;
    if (timeoutMs === null || timeoutMs > bodyTimeoutMs)
      return { maxBodyBytes, timeoutMs: bodyTimeoutMs, visit };
    return { maxBodyBytes, timeoutMs, visit, late: () => deadlinePassed(timeoutMs) };
  }
}

interface Served {
  readonly server: Server;
  readonly door: TlsDoor | null;
}

/** How Node is to read connections. */
function nodeOptionsOf({ idleTimeoutMs, headersTimeoutMs, maxHeaderBytes }: LimitOptions): ServerOptions {
  return {
    keepAliveTimeout: idleTimeoutMs,
    // Bodies have a limit of their own (readBody), so the server's total limit must not cut a slow answer.
    requestTimeout: 0,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersTimeoutMs),
    maxHeaderSize: maxHeaderBytes,
    noDelay: true,
    // Node would answer without a sentence; #answer has one.
    requireHostHeader: false,
  };
}

function plainServer(nodeOptions: ServerOptions): Served {
  return { server: createServer(nodeOptions), door: null };
}

function tlsServer(
  nodeOptions: ServerOptions,
  credentials: Credentials,
  misuse: MisuseWatch,
  clock: Clock,
): Served {
  const server = createTlsServer({
    ...nodeOptions,
    ...credentials.contextOptions(),
    ...handshakeOptions(credentials.options),
    ALPNProtocols: ['http/1.1'],
  });
  // Node passes failed handshakes on as HTTP's; nobody can be answered there.
  return { server, door: new TlsDoor(server, credentials, { name: 'REST', refusePlain, misuse }, clock) };
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
