/** Version, trace id, parent id, flags; a later version may go on after that. Source: W3C Trace Context, 3.2. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:$|-)/;
const SAMPLED = 1;

/** The id of a trace that is recorded, of the header `traceparent`; null where there is none to be found. */
export function sampledTraceId(traceparent: string | undefined): string | null {
  if (traceparent === undefined) return null;
  const [, traceId, flags = '0'] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId !== undefined && (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED ? traceId : null;
}
