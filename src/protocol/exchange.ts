import type { ApiCategory } from '#core/api-category.js';
import type { Call } from '#core/call.js';

/** One request as any transport sees it, its body already read and bounded. */
export interface Exchange {
  /** The route's `:name` parts, percent-decoded. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** Empty where the route takes no body. Given away: a handler may move its bytes to another thread. */
  readonly body: Uint8Array;
  readonly call: Call;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** In several pieces where joining them would mean copying large ones. */
  readonly body: Uint8Array | readonly Uint8Array[];
  /**
   * Whether it may be compressed for a caller who takes that. Only what is large by nature says so: some clients
   * (tritonclient's asyncio form) ask for compression always, and undo it for inference alone; what such
   * clients never ask for, as the pages of the web, may say it too.
   */
  readonly isCompressible?: true;
  /** Whether its body is for this answer alone: its memory is taken back once it has been sent. */
  readonly isGivenAway?: true;
  /**
   * What follows the body, for as long as there is more and the client stays: each piece is asked for when the one before
   * has been sent. `return` is called when nobody wants more, and has to end a `next` that waits. Never asked for `HEAD`.
   */
  readonly stream?: AsyncIterable<Uint8Array>;
}

export type Method = 'GET' | 'POST';

/** One line of the route table. */
export interface Route {
  readonly method: Method;
  /** `/v2/models/:model/infer`; a `:name` stands for one path segment. */
  readonly path: string;
  /** The part of the API that it belongs to. */
  readonly category: ApiCategory;
  /** Whether a body is read at all. */
  readonly takesBody: boolean;
  /** Whether the header `X-Request-Timeout` sets the deadline of its calls; elsewhere it means nothing. */
  readonly takesTimeout?: boolean;
  /** Answers; whatever it throws becomes an error answer. */
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** What a transport needs to serve a protocol. */
export interface ProtocolSkin {
  readonly routes: readonly Route[];
  /** The answer to anything thrown; also for what the transport refuses itself. */
  errorAnswer(thrown: unknown): Answer;
}

/** A call of a remote procedure. */
export interface RpcCall extends Call {
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** Begins one request of the many that a stream carries; null, or left out, where nobody wants to hear of them. */
  begin?(requestBytes: number): StreamedRequest | null;
}

/** One request of a stream, which is told of once it is either of the two below. */
export interface StreamedRequest {
  /** What is known of its caller: that of the stream, with facts of its own. */
  readonly call: Call;
  answered(responseBytes: number): void;
  failed(thrown: unknown): void;
}

/** A message in pieces that are sent one after the other, so that large tensors need not be joined. */
export type RpcMessage = readonly Uint8Array[];

/** One message in, one out. */
export interface UnaryMethod {
  readonly kind: 'unary';
  /** The part of the API that it belongs to. */
  readonly category: ApiCategory;
  /**
   * Answers may be large, and are for one caller alone: they may be compressed, and their memory is taken back once the
   * call's only one has been sent.
   */
  readonly answersTensors?: true;
  /** For instance `/inference.GRPCInferenceService/ModelInfer`. */
  readonly path: string;
  /** Answers; whatever it throws becomes the status of the call. The message is given away. */
  handle(message: Uint8Array, call: RpcCall): RpcMessage | Promise<RpcMessage>;
}

/** Any number of messages in, any number out, while both sides go on. */
export interface StreamMethod {
  readonly kind: 'stream';
  readonly category: ApiCategory;
  /** Answers may be compressed. */
  readonly answersTensors?: true;
  readonly path: string;
  /** The messages end when the caller has no more of them, and throw when it has gone. */
  handle(messages: AsyncIterable<Uint8Array>, call: RpcCall): AsyncIterable<RpcMessage>;
}

export type RpcMethod = UnaryMethod | StreamMethod;

/** How a call ended, in gRPC's terms. */
export interface RpcStatus {
  /** A gRPC status code. */
  readonly code: number;
  readonly message: string;
  /** Further trailers. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** What a transport of remote procedures needs to serve a protocol. */
export interface RpcSkin {
  readonly methods: readonly RpcMethod[];
  /** The status of anything thrown; also for what the transport refuses itself. */
  statusOf(thrown: unknown): RpcStatus;
}
