import type { Resource } from '@opentelemetry/resources';
import type { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '#core/clock.js';
import { deferred } from '#core/deferred.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Journey } from '#inference/journey.js';
import { EpochAnchor } from '#tracing/epoch-anchor.js';
import { RareWarning } from '#tracing/rare-warning.js';
import type { SpanOptions } from '#tracing/span-options.js';
import { spansOf } from '#tracing/spans.js';
import { importOpenTelemetry, type OpenTelemetry } from './import-opentelemetry.js';
import { readableSpan } from './readable-span.js';
import { ToldExporter } from './told-exporter.js';

const log = loggerOf('tracing::otel');

/** What goes wrong again and again is told so often. */
const WARN_INTERVAL_MS = 60_000;

/** So long the end of the server waits for the collector. */
const CLOSE_LIMIT_MS = 5_000;

/** OpenTelemetry's own. */
const USUAL_QUEUE_SIZE = 2048;

/** Sends the spans of requests to a collector, behind the requests' back. */
export interface SpanSender {
  /** Neither waits nor throws. Where too much waits to be sent it is dropped, which the log tells. */
  tell(journey: Journey): void;
  /** Sends what waits, within a few seconds, and takes nothing more. Never rejects. */
  close(): Promise<void>;
}

/**
 * @param server what the spans say of their sender where nobody says anything else
 * @throws ServingError UNAVAILABLE where OpenTelemetry's packages are not installed
 */
export async function openSpanSender(
  options: SpanOptions,
  server: { readonly name: string; readonly version: string },
  clock: Clock,
): Promise<SpanSender> {
  const otel = await importOpenTelemetry();
  const queue = new SpanQueue(options, otel, clock);
  const resource = resourceOf(options, server, otel);
  const anchor = new EpochAnchor(clock);
  log.info(`spans are sent to ${shownUrl(options.url)}`);
  return {
    tell(journey) {
      const ground = { api: otel.api, resource, epochOffsetMs: anchor.offsetMs };
      queue.put(spansOf(journey).map((data) => readableSpan(data, ground)));
    },
    close: () => queue.close(),
  };
}

/** OpenTelemetry's queue, with a word to the log when it is full or cannot be emptied. */
class SpanQueue {
  readonly #processor: BatchSpanProcessor;
  readonly #exporter: ToldExporter;
  readonly #clock: Clock;
  readonly #maxSize: number;
  readonly #drops: RareWarning;
  /** All that were ever put in. */
  #count = 0;
  #isClosed = false;

  constructor(options: SpanOptions, { exporter, sdk }: OpenTelemetry, clock: Clock) {
    this.#clock = clock;
    this.#maxSize = options.maxQueueSize ?? USUAL_QUEUE_SIZE;
    this.#drops = new RareWarning(log, clock, WARN_INTERVAL_MS);
    const failures = new RareWarning(log, clock, WARN_INTERVAL_MS);
    const sending = new exporter.OTLPTraceExporter({ url: options.url });
    this.#exporter = new ToldExporter(sending, shownUrl(options.url), failures);
    this.#processor = new sdk.BatchSpanProcessor(this.#exporter, {
      maxQueueSize: this.#maxSize,
      ...(options.scheduleDelayMs === null ? {} : { scheduledDelayMillis: options.scheduleDelayMs }),
      ...(options.maxExportBatchSize === null ? {} : { maxExportBatchSize: options.maxExportBatchSize }),
    });
  }

  /** All of a request's spans or none. */
  put(spans: Parameters<BatchSpanProcessor['onEnd']>[0][]): void {
    if (this.#isClosed) return;
    if (this.#count - this.#exporter.taken + spans.length > this.#maxSize) {
      this.#drops.warn(spans.length, (sum) => `${sum} spans were dropped: too many wait to be sent`);
      return;
    }
    this.#count += spans.length;
    for (const span of spans) this.#processor.onEnd(span);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const limit = deferred<'late'>();
    const timer = this.#clock.startTimer(CLOSE_LIMIT_MS, () => limit.resolve('late'));
    // What could not be sent has been told.
    const sent = this.#processor.shutdown().catch((thrown: unknown) => log.debug(messageOf(thrown)));
    const isLate = (await Promise.race([sent, limit.promise])) === 'late';
    timer.cancel();
    if (isLate) this.#exporter.giveUp(this.#count);
  }
}

/** Without what may be secret. */
function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** What is said here wins over the variables `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`, and they over our own. */
function resourceOf(
  options: SpanOptions,
  { name, version }: { readonly name: string; readonly version: string },
  { resources }: OpenTelemetry,
): Resource {
  const ours = {
    'service.name': name,
    'service.version': version,
    'service.instance.id': crypto.randomUUID(),
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
  };
  return resources
    .resourceFromAttributes(ours)
    .merge(resources.detectResources({ detectors: [resources.envDetector] }))
    .merge(resources.resourceFromAttributes(options.resource));
}
