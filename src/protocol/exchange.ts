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
}

export type Method = 'GET' | 'POST';

/** One line of the route table. */
export interface Route {
  readonly method: Method;
  /** `/v2/models/:model/infer`; a `:name` stands for one path segment. */
  readonly path: string;
  /** Whether a body is read at all. */
  readonly takesBody: boolean;
  /** Answers; whatever it throws becomes an error answer. */
  handle(exchange: Exchange): Answer | Promise<Answer>;
}

/** What a transport needs to serve a protocol. */
export interface ProtocolSkin {
  readonly routes: readonly Route[];
  /** The answer to anything thrown; also for what the transport refuses itself. */
  errorAnswer(thrown: unknown): Answer;
}
