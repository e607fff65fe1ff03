import type { ErrorCode } from '#core/errors.js';
import type { Run } from '#core/run-watch.js';
import type { SpanRef } from '#core/span-ref.js';

/** How one traced request went, as its spans are made of it. Times are the clock's, in milliseconds. */
export interface Journey {
  readonly span: SpanRef;
  /** The caller's span; null where the request begins a trace. */
  readonly parentSpanId: string | null;
  /** What systems before this one have said of the trace, as it came; empty where they said nothing. */
  readonly traceState: string;
  readonly origin: JourneyOrigin | null;
  readonly model: { readonly name: string; readonly version: string };
  /** The caller's own name for the request, or null. */
  readonly requestId: string | null;
  /** The name of who asked, never the credential; null for nobody known. */
  readonly identity: string | null;
  /** 0 where it did not come so far. */
  readonly rows: number;
  /** It was answered from kept answers. */
  readonly isCached: boolean;
  /** Its head was read; null where that says nothing of the one request. */
  readonly receivedAt: number | null;
  /** All of it was read and its model found. */
  readonly startedAt: number;
  /** Its outputs were there; null where it did not come so far. */
  readonly completedAt: number | null;
  /** The answer was sent, or where that is not known, handed over. */
  readonly endedAt: number;
  readonly runs: readonly JourneyRun[];
  /** Of an ensemble, in the order in which they began. */
  readonly steps: readonly JourneyStep[];
  /** Why it failed, or null. */
  readonly error: JourneyError | null;
  /** The HTTP status or gRPC code that was sent; null where the caller had gone, or a stream goes on. */
  readonly code: number | null;
}

export interface JourneyOrigin {
  readonly transport: 'http' | 'grpc';
  readonly operation: string;
  readonly path: string;
  readonly userAgent: string | null;
}

export interface JourneyError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A run that the request was in. */
export interface JourneyRun extends Omit<Run, 'watches'> {
  readonly waitedSince: number;
  /** The run as a span of its own, with the spans of the traced requests in it; null where it was of one request. */
  readonly batch: JourneyBatch | null;
}

export interface JourneyBatch {
  readonly span: SpanRef;
  readonly requests: readonly SpanRef[];
  /** Of all journeys through it, this one tells of it. */
  readonly isTold: boolean;
}

export interface JourneyStep {
  readonly span: SpanRef;
  readonly model: { readonly name: string; readonly version: string };
  readonly startedAt: number;
  /** Null where the request ended before it did. */
  readonly endedAt: number | null;
  readonly error: string | null;
  readonly runs: readonly JourneyRun[];
  readonly steps: readonly JourneyStep[];
}
