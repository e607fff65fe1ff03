import type { SpanRef } from '#core/span-ref.js';

/** What a caller says of the trace that its request belongs to. */
export interface TraceContext {
  /** The caller's span. */
  readonly parent: SpanRef;
  /** Whether the caller's spans are recorded. */
  readonly isSampled: boolean;
  /** `tracestate`, as it came; empty where there was none. */
  readonly state: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** A longer one need not be passed on. Source: W3C Trace Context, "tracestate Limits". */
const MAX_STATE_LENGTH = 512;

/**
 * Reads the headers `traceparent` and `tracestate`. Null where there is no context or it is not valid, which is as if there
 * were none. Of versions to come, what is known of version 00 is read. Source: W3C Trace Context, section 3.2 and 4.3.
 */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | null {
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(traceparent?.trim() ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) !== 0;
  const state = tracestate?.trim() ?? '';
  return { parent: { traceId, spanId }, isSampled, state: state.length > MAX_STATE_LENGTH ? '' : state };
}

/** The header `traceparent` that names a span which is recorded. */
export function traceparentOf({ traceId, spanId }: SpanRef): string {
  return `00-${traceId}-${spanId}-01`;
}
