import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Access, Guard } from '#core/access.js';
import type { Clock, Timer } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { RpcMethod, RpcSkin } from '#protocol/exchange.js';
import { GrpcCall } from './grpc-call.js';
import { checkEncoding } from './grpc-encoding.js';
import type { GrpcListenerOptions } from './grpc-options.js';
import { type CallContext, serveStream, serveUnary } from './grpc-serve.js';
import { tellOf } from './grpc-telling.js';
import { timeoutOf } from './grpc-timeout.js';
import { keepAlive } from './keep-alive.js';
import { listenOn } from './listen-on.js';
import { peerOf } from './peer.js';
import { deadlinePassed } from './request-timeout.js';

const log = loggerOf('server::grpc_listener');

const MIB = 1024 * 1024;

/** What one stream, and one connection, may send before it is told to go on. gRPC's own 64 KiB starve large tensors. */
const STREAM_WINDOW = MIB;
const CONNECTION_WINDOW = 16 * MIB;
const MAX_STREAMS = 1000;
const MAX_HEADER_BYTES = 16 * 1024;
/** In MB. It counts answers that wait to be sent; when it is reached, new calls are refused. */
const MAX_SESSION_MEMORY = 4096;

/** An open gRPC port: HTTP/2 without TLS, with prior knowledge. It knows calls and messages, not inference. */
export class GrpcListener {
  readonly #server: Http2Server;
  readonly #methods: ReadonlyMap<string, RpcMethod>;
  readonly #context: CallContext;
  /** Null where nothing is limited. */
  readonly #guard: Guard | null;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Calls that last as long as the caller likes. */
  readonly #streaming = new Set<GrpcCall>();
  #closing = false;

  constructor(skin: RpcSkin, options: GrpcListenerOptions, clock: Clock, guard: Guard | null = null) {
    this.#guard = guard;
    this.#methods = new Map(skin.methods.map((method) => [method.path, method]));
    this.#context = { skin, options, clock };
    this.#server = createServer({
      maxSessionMemory: MAX_SESSION_MEMORY,
      settings: {
        initialWindowSize: STREAM_WINDOW,
        maxConcurrentStreams: MAX_STREAMS,
        maxHeaderListSize: MAX_HEADER_BYTES,
      },
    });
    this.#server.on('session', (session) => this.#welcome(session));
    this.#server.on('stream', (stream, headers) => this.#serve(stream, headers));
    // A connection that speaks another protocol, or breaks: it ends by itself.
    this.#server.on('sessionError', (error) => log.debug(`a gRPC connection failed: ${String(error)}`));
  }

  /** Opens the port; answers its number. Rejects when the address cannot be had. */
  async open(): Promise<number> {
    const { host, port } = this.#context.options;
    await listenOn(this.#server, { host, port, protocol: 'grpc', portOption: '--grpc-port' });
    this.#server.on('error', (error) => log.error(`the gRPC port failed: ${error.message}`));
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on every connection is asked to go, and goes when its calls have ended. */
  leave(): void {
    this.#closing = true;
    for (const session of this.#sessions) session.close();
  }

  /**
   * Takes no new connection, ends idle ones and streaming calls, and settles when the last connection is gone or cut
   * off.
   */
  close(cutOffMs: number): Promise<void> {
    const { skin, clock } = this.#context;
    return new Promise((resolve) => {
      const timer = clock.startTimer(cutOffMs, () => {
        for (const session of this.#sessions) session.destroy();
      });
      this.#server.close(() => {
        timer.cancel();
        resolve();
      });
      const status = skin.statusOf(new ServingError('UNAVAILABLE', 'the server is shutting down'));
      for (const call of this.#streaming) {
        call.finish(status);
        call.leave();
      }
      this.leave();
    });
  }

  #welcome(session: ServerHttp2Session): void {
    session.setLocalWindowSize(CONNECTION_WINDOW);
    const stopPinging = keepAlive(session, this.#context.clock);
    this.#sessions.add(session);
    session.on('close', () => {
      stopPinging();
      this.#sessions.delete(session);
    });
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    // Resets and broken connections; `close` follows.
    stream.on('error', (error) => log.debug(`a gRPC stream failed: ${error.message}`));
    if (refuseStrangers(stream, headers)) return;
    const { clock, skin } = this.#context;
    const now = clock.now();
    let call = new GrpcCall(stream, headers, now, null);
    try {
      const timeoutMs = timeoutOf(headerOf(headers, 'grpc-timeout'));
      if (timeoutMs !== null) call = new GrpcCall(stream, headers, now, now + timeoutMs);
      const path = String(headers[':path']);
      tellOf(stream, call, path, this.#methods.has(path), clock);
      this.#begin(stream, call, path, timeoutMs);
    } catch (thrown) {
      call.finish(skin.statusOf(thrown));
    }
  }

  #begin(stream: ServerHttp2Stream, call: GrpcCall, path: string, timeoutMs: number | null): void {
    const method = this.#methods.get(path);
    if (method === undefined) throw noSuchMethod(path, [...this.#methods.keys()]);
    checkEncoding(call.header('grpc-encoding') ?? 'identity');
    const timer = timeoutMs === null ? null : this.#expireAfter(timeoutMs, call);
    stream.once('close', () => {
      timer?.cancel();
      this.#streaming.delete(call);
      if (!call.isFinished || method.kind === 'stream') call.leave();
      if (this.#closing && !stream.session?.closed) stream.session?.close();
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

/** Answers what is no gRPC call at all in HTTP's own words; whether it was one. */
function refuseStrangers(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
  const type = headerOf(headers, 'content-type') ?? '';
  const isGrpc = /^application\/grpc(\+proto)?\s*(;|$)/i.test(type);
  if (isGrpc && headers[':method'] === 'POST') return false;
  const sentence =
    'this port speaks gRPC: POST with content-type application/grpc. REST has a port of its own.\n';
  const status = isGrpc ? { ':status': 405, allow: 'POST' } : { ':status': 415 };
  stream.respond({ ...status, 'content-type': 'text/plain; charset=utf-8' });
  stream.end(sentence);
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
