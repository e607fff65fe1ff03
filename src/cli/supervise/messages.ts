/** What a supervised server tells its supervisor. */
export type ServerMessage =
  /** The first of all: it knows its settings. */
  | { readonly kind: 'hello'; readonly logFormat: 'json' | 'pretty'; readonly hangTimeoutMs: number }
  /** The socket of that name is its own from now on. Where it has opened it, the handle comes along. */
  | { readonly kind: 'keep'; readonly name: string }
  /** A sign of life, once in a while. */
  | { readonly kind: 'beat' }
  /** Every model that is wanted is ready or has failed. */
  | { readonly kind: 'settled'; readonly areAllReady: boolean }
  /** The last of all: it has done what it had to, and whatever ends the process now is no crash. */
  | { readonly kind: 'done'; readonly status: number };

/** What a supervisor tells its server. */
export type SupervisorMessage =
  /** The socket of that name, which comes along as a handle. */
  | { readonly kind: 'socket'; readonly name: string }
  /** There are no more sockets; the server may open its ports. */
  | { readonly kind: 'begin' }
  /** Another server listens on the same sockets. */
  | { readonly kind: 'give-way' };

/** The variable that tells a process that it is supervised: how often it was started again after a crash. */
export const RESTARTS_VARIABLE = 'FURIOSA_SUPERVISED_RESTARTS';

/** How often a server gives a sign of life. */
export const BEAT_MS = 1000;
