/** Names one span of a distributed trace. Source: W3C Trace Context, "traceparent Header Field Values". */
export interface SpanRef {
  /** 32 lower-case hexadecimal digits, not all of them 0. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
}

/** A span that has not been named before: of a trace of its own, or of the one that is given. */
export function newSpanRef(traceId: string = randomHex(16)): SpanRef {
  return { traceId, spanId: randomHex(8) };
}

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  // Ids of nothing but 0 are invalid.
  if (random.every((byte) => byte === 0)) random[0] = 1;
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
