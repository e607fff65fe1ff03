import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { RareWarning } from '#tracing/rare-warning.js';

type Outcome = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const SUCCESS = 0;

/** Tells the log, and seldom, of what another exporter could not send. The requests that were traced do not hear of it. */
export class ToldExporter implements SpanExporter {
  readonly #inner: SpanExporter;
  readonly #url: string;
  readonly #failures: RareWarning;
  #taken = 0;
  #settled = 0;

  constructor(inner: SpanExporter, url: string, failures: RareWarning) {
    this.#inner = inner;
    this.#url = url;
    this.#failures = failures;
  }

  /** Spans that it was ever given. */
  get taken(): number {
    return this.#taken;
  }

  export(spans: ReadableSpan[], done: (outcome: Outcome) => void): void {
    this.#taken += spans.length;
    this.#inner.export(spans, (outcome) => {
      this.#settled += spans.length;
      if (outcome.code !== SUCCESS) this.#tell(spans.length, outcome.error);
      done(outcome);
    });
  }

  /** Nobody waits any longer, for all that it should ever have sent. */
  giveUp(count: number): void {
    this.#failures.warn(
      count - this.#settled,
      (lost) => `${lost} spans could not be sent to ${this.#url} in time`,
    );
  }

  shutdown(): Promise<void> {
    return this.#inner.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#inner.forceFlush?.();
  }

  #tell(spans: number, error: Error | undefined): void {
    const why = error === undefined ? '' : `: ${reasonOf(error)}`;
    this.#failures.warn(spans, (lost) => `${lost} spans could not be sent to ${this.#url}${why}`);
  }
}

/** Errors of several addresses have a code and no message. */
function reasonOf(error: Error & { readonly code?: unknown }): string {
  return error.message || String(error.code ?? error.name);
}
