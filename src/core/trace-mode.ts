export const TRACE_MODES = ['triton', 'opentelemetry'] as const;

/** Where traces go: to a file of Triton's form, or as spans to a collector. */
export type TraceMode = (typeof TRACE_MODES)[number];
