import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Access, Guard } from '#core/access.js';
import type { Clock, Timer } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { RpcMethod, RpcSkin } from '#protocol/exchange.js';
import { handshakeOptions } from '#tls/context.js';
import type { Credentials } from '#tls/credentials.js';
import { askToGo, LAST_STREAM } from './ask-to-go.js';
import { afterPoll, closeDoor } from './door.js';
import { GrpcCall } from './grpc-call.js';
import { checkEncoding } from './grpc-encoding.js';
import type { GrpcListenerOptions } from './grpc-options.js';
import { type CallContext, serveStream, serveUnary } from './grpc-serve.js';
import { tellOf } from './grpc-telling.js';
import { timeoutOf } from './grpc-timeout.js';
import { keepAlive } from './keep-alive.js';
import { ConnectionGuard } from './limits/connection-guard.js';
import type { LimitOptions } from './limits/limit-options.js';
import type { MisuseWatch } from './limits/misuse-watch.js';
import type { ServerLimits } from './limits/server-limits.js';
import { listenOn } from './listen-on.js';
import { peerOf } from './peer.js';
import { refusePlain } from './refusal.js';
import { deadlinePassed } from './request-timeout.js';
import { standBefore } from './stand-before.js';
import { TlsDoor } from './tls-door.js';

const log = loggerOf('server::grpc_listener');

const MIB = 1024 * 1024;

/** What one stream, and one connection, may send before it is told to go on. gRPC's own 64 KiB starve large tensors. */
const STREAM_WINDOW = MIB;
const CONNECTION_WINDOW = 16 * MIB;
/** In MB. It counts answers that wait to be sent; when it is reached, new calls are refused. */
const MAX_SESSION_MEMORY = 4096;

const NOT_GRPC =
  'this port speaks gRPC: POST with content-type application/grpc. REST has a port of its own.\n';

/**
 * An open gRPC port: HTTP/2 over TLS by ALPN, or without TLS with prior knowledge. It knows calls and messages, not inference.
 */
export class GrpcListener {
  readonly #server: Http2Server | Http2SecureServer;
  /** Null where the port speaks no TLS. */
  readonly #door: TlsDoor | null;
  readonly #methods: ReadonlyMap<string, RpcMethod>;
  readonly #context: CallContext;
  readonly #limits: ServerLimits;
  /** Null where everybody may do everything. */
  readonly #guard: Guard | null;
  readonly #sessions = new Map<ServerHttp2Session, Connected>();
  /** The newest connection; its session follows at once. */
  #arriving: Socket | null = null;
  /** Those that have been asked to begin no further call. */
  readonly #asked = new WeakSet<ServerHttp2Session>();
  /** Calls that last as long as the caller likes. */
  readonly #streaming = new Set<GrpcCall>();
  /** Whether callers are asked to go elsewhere. */
  #closing = false;
  /** Whether connections end with the calls that are on them. */
  #ending = false;
  /** Settles when the door is closed and the last connection is gone; null while the door is open. */
  #gone: Promise<void> | null = null;

  constructor(
    skin: RpcSkin,
    options: GrpcListenerOptions,
    clock: Clock,
    limits: ServerLimits,
    guard: Guard | null = null,
  ) {
    this.#limits = limits;
    this.#guard = guard;
    this.#methods = new Map(skin.methods.map((method) => [method.path, method]));
    this.#context = { skin, options, clock };
    const { tls = null } = options;
    const nodeOptions = nodeOptionsOf(limits.options);
    const { server, door } =
      tls === null ? plainServer(nodeOptions) : tlsServer(nodeOptions, tls, limits.tlsMisuse, clock);
    this.#server = server;
    this.#door = door;
    // Before Node's own listener, which makes the session.
    server.prependListener('connection', (socket: Socket) => {
      this.#arriving = socket;
    });
    limits.connections.watch(server, (socket) => void socket.destroy());
    standBefore(server, (address) => limits.http2Misuse.admits(address));
    this.#server.on('session', (session) => this.#welcome(session));
    this.#server.on('stream', (stream, headers) => this.#serve(stream, headers));
    // A connection that speaks another protocol, or breaks: it ends by itself.
    this.#server.on('sessionError', (error) => log.debug(`a gRPC connection failed: ${String(error)}`));
  }

  /** Opens the port; answers its number. Rejects when the address cannot be had. */
  async open(): Promise<number> {
    const { host, port, sockets } = this.#context.options;
    const protocol = this.#door === null ? 'grpc' : 'grpcs';
    await listenOn(this.#server, { host, port, protocol, portOption: '--grpc-port' }, sockets);
    this.#server.on('error', (error) => log.error(`the gRPC port failed: ${error.message}`));
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Asks every connection to begin no further call on it, in the way that loses none: calls that are on their way are
   * still served (RFC 9113, section 6.8).
   */
  leave(): void {
    this.#closing = true;
    for (const session of this.#sessions.keys()) this.#askToGo(session);
  }

  /**
   * Takes no new connection from now on: whoever tries is refused, and knows that nothing was sent. Those that are
   * there are served on. Settles when the last of them is gone.
   */
  closeDoor(): Promise<void> {
    this.leave();
    this.#gone ??= closeDoor(this.#server);
    return this.#gone;
  }

  /** Ends the connections without calls, and the others with their last one. */
  endIdle(): void {
    this.#ending = true;
    afterPoll(() => {
      for (const session of this.#sessions.keys()) session.close();
    });
  }

  /**
   * Takes no new connection, ends idle ones and streaming calls, and settles when the last connection is gone or cut
   * off.
   */
  async close(cutOffMs: number): Promise<void> {
    const { skin, clock } = this.#context;
    const gone = this.closeDoor();
    this.#door?.close();
    const timer = clock.startTimer(cutOffMs, () => {
      for (const session of this.#sessions.keys()) session.destroy();
    });
    const status = skin.statusOf(new ServingError('UNAVAILABLE', 'the server is shutting down'));
    for (const call of this.#streaming) {
      call.finish(status);
      call.leave();
    }
    this.endIdle();
    await gone;
    timer.cancel();
  }

  #welcome(session: ServerHttp2Session): void {
    session.setLocalWindowSize(CONNECTION_WINDOW);
    const { clock } = this.#context;
    const stopPinging = keepAlive(session, clock, this.#limits.options);
    const misuse = this.#limits.http2Misuse.of(session.socket?.remoteAddress ?? null);
    const guard = new ConnectionGuard(session, clock, this.#limits.refusals, misuse);
    // A connection that speaks another protocol, or breaks: it ends by itself.
    session.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_HTTP2_ERROR') guard.broken();
    });
    // With TLS the sessions of other connections may come between.
    this.#sessions.set(session, { guard, socket: this.#door === null ? this.#arriving : null });
    this.#arriving = null;
    if (this.#ending) session.close();
    session.on('close', () => {
      stopPinging();
      this.#sessions.delete(session);
    });
  }

  #askToGo(session: ServerHttp2Session | undefined): void {
    const connected = session === undefined ? undefined : this.#sessions.get(session);
    if (session === undefined || connected === undefined) return;
    if (session.closed || session.destroyed || this.#asked.has(session)) return;
    this.#asked.add(session);
    if (connected.socket !== null) askToGo(connected.socket);
    // What is written to a socket with TLS past its session was not tried: a call that is on its way may be lost here.
    else session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM);
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // Resets and broken connections; `close` follows.
    stream.on('error', (error) => log.debug(`a gRPC stream failed: ${error.message}`));
    const guard = this.#sessions.get(stream.session as ServerHttp2Session)?.guard;
    guard?.watch(stream);
    // Not before its first call: whoever is asked to go before could only come again.
    if (this.#closing) this.#askToGo(stream.session as ServerHttp2Session | undefined);
    if (refuseStrangers(stream, headers)) return;
    const { clock, skin } = this.#context;
    const now = clock.now();
    const visit = this.#limits.visit();
    let call = new GrpcCall(stream, headers, now, { deadline: null, visit, guard });
    try {
      const timeoutMs = timeoutOf(headerOf(headers, 'grpc-timeout'));
      if (timeoutMs !== null)
        call = new GrpcCall(stream, headers, now, { deadline: now + timeoutMs, visit, guard });
      const path = String(headers[':path']);
      tellOf(stream, call, path, this.#methods.get(path)?.path ?? null, clock);
      this.#begin(stream, call, path, timeoutMs);
    } catch (thrown) {
      call.finish(skin.statusOf(thrown));
    }
  }

  #begin(stream: ServerHttp2Stream, call: GrpcCall, path: string, timeoutMs: number | null): void {
    const method = this.#methods.get(path);
    if (method === undefined) throw noSuchMethod(path, [...this.#methods.keys()]);
    checkEncoding(call.header('grpc-encoding') ?? 'identity');
    // The end of the visit first: whoever waits for the stream's end may look at what is left.
    stream.once('close', () => call.visit.end());
    const timer = timeoutMs === null ? null : this.#expireAfter(timeoutMs, call);
    stream.once('close', () => {
      timer?.cancel();
      this.#streaming.delete(call);
      if (!call.isFinished || method.kind === 'stream') call.leave();
    });
    if (call.isFinished) return;
    if (this.#guard === null) this.#run(method, stream, call);
    else this.#admit(this.#guard, method, stream, call);
  }

  /** Runs the call once it is known who asks. Nothing of what is sent is read before. */
  #admit(guard: Guard, method: RpcMethod, stream: ServerHttp2Stream, call: GrpcCall): void {
    const peer = peerOf(stream.session?.socket);
    const header = (name: string): string | undefined => call.header(name);
    const admitted = (access: Access | null): void => {
      call.access = access ?? undefined;
      if (!call.isFinished && !stream.destroyed) this.#run(method, stream, call);
    };
    const access = guard({ transport: 'grpc', peer, header }, method.category, null);
    if (!(access instanceof Promise)) admitted(access);
    else access.then(admitted).catch((thrown: unknown) => call.finish(this.#context.skin.statusOf(thrown)));
  }

  #run(method: RpcMethod, stream: ServerHttp2Stream, call: GrpcCall): void {
    this.#limits.enter(call.visit, method.path, () => ({
      address: stream.session?.socket?.remoteAddress ?? null,
      forwarded: call.header('x-forwarded-for'),
      identity: call.access?.identity ?? undefined,
    }));
    if (method.kind === 'unary') serveUnary(method, stream, call, this.#context);
    else {
      this.#streaming.add(call);
      serveStream(method, stream, call, this.#context);
    }
  }

  /** Whoever waits for a model hears of the deadline from its queue; this is for whatever else lasts too long. */
  #expireAfter(timeoutMs: number, call: GrpcCall): Timer | null {
    const { clock, skin } = this.#context;
    const expire = (): void => {
      call.finish(skin.statusOf(deadlinePassed(timeoutMs)));
    };
    if (timeoutMs > 0) return clock.startTimer(timeoutMs, expire);
    expire();
    return null;
  }
}

interface Served {
  readonly server: Http2Server | Http2SecureServer;
  readonly door: TlsDoor | null;
}

/** What is known of a connection. */
interface Connected {
  readonly guard: ConnectionGuard;
  /** Null with TLS. */
  readonly socket: Socket | null;
}

/** How Node is to read connections. */
function nodeOptionsOf({ maxConcurrentStreams, maxHeaderBytes, maxHeaders }: LimitOptions): ServerOptions {
  return {
    maxSessionMemory: MAX_SESSION_MEMORY,
    maxHeaderListPairs: maxHeaders,
    settings: {
      initialWindowSize: STREAM_WINDOW,
      maxConcurrentStreams,
      maxHeaderListSize: maxHeaderBytes,
    },
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
  const server = createSecureServer({
    ...nodeOptions,
    ...credentials.contextOptions(),
    ...handshakeOptions(credentials.options),
    allowHTTP1: false,
  });
  // A client that says nothing of HTTP/2 in its handshake.
  server.on('unknownProtocol', (socket: Socket) => {
    const head = 'HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: text/plain';
    socket.end(`${head}\r\n\r\n${NOT_GRPC}`, () => socket.destroy());
  });
  return { server, door: new TlsDoor(server, credentials, { name: 'gRPC', refusePlain, misuse }, clock) };
}

/** Answers what is no gRPC call at all in HTTP's own words; whether it was one. */
function refuseStrangers(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
  const type = headerOf(headers, 'content-type') ?? '';
  const isGrpc = /^application\/grpc(\+proto)?\s*(;|$)/i.test(type);
  if (isGrpc && headers[':method'] === 'POST') return false;
  const status = isGrpc ? { ':status': 405, allow: 'POST' } : { ':status': 415 };
  stream.respond({ ...status, 'content-type': 'text/plain; charset=utf-8' });
  stream.end(NOT_GRPC);
  stream.resume();
  return true;
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function noSuchMethod(path: string, paths: readonly string[]): ServingError {
  const service = path.slice(0, path.lastIndexOf('/') + 1);
  const text = paths.some((each) => each.startsWith(service) && service.length > 1)
    ? `the service ${service.slice(1, -1)} has no method '${path.slice(service.length, service.length + 60)}'`
    : `there is no method ${path.slice(0, 120)}`;
  return new ServingError('UNIMPLEMENTED', text);
}
