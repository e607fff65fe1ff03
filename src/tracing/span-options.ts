/** Where spans are sent, and how. What is null is as OpenTelemetry's variables (`OTEL_…`) say, or its default. */
export interface SpanOptions {
  /** Of a receiver of OTLP over HTTP: `http://localhost:4318/v1/traces`. */
  readonly url: string;
  /** What the sender of all spans is, beside what the variables say: `service.name` and the like. */
  readonly resource: Readonly<Record<string, string>>;
  /** Spans that may wait to be sent; more are dropped. */
  readonly maxQueueSize: number | null;
  /** So long spans wait for others to be sent with. */
  readonly scheduleDelayMs: number | null;
  /** Spans that are sent together at most. */
  readonly maxExportBatchSize: number | null;
}

/** Where a collector on this machine listens. */
export const USUAL_URL = 'http://localhost:4318/v1/traces';
