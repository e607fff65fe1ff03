import type { Access } from './access.js';
import type { CallOrigin } from './call-origin.js';
import type { RequestFacts } from './request-record.js';
import type { RunWatch } from './run-watch.js';

/** What a protocol knows about a caller, and nothing else. */
export interface Call {
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal;
  /** The clock's time in milliseconds after which the answer is worthless, or null. */
  readonly deadline: number | null;
  /** The clock's time in milliseconds at which the request's head was read. */
  readonly receivedAt: number;
  /**
   * How the request came. Left out where `receivedAt` says nothing of the one request, because the call carries many.
   */
  readonly transport?: 'http' | 'grpc' | undefined;
  /** Where what is found out of the request is written down; left out where nobody asks, or the call carries many. */
  readonly facts?: RequestFacts | undefined;
  /** What the caller may do with models; left out where nothing is limited. */
  readonly access?: Access | undefined;
  /** What the transport tells to whoever traces requests; left out where there is no transport. */
  readonly origin?: CallOrigin | undefined;
  /** Hears of the runs that the request is in; left out for the many requests that nobody traces. */
  readonly watch?: RunWatch | undefined;
}
