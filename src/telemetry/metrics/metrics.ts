import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { type RequestRecord, requestChannel } from '#core/request-record.js';
import { contentTypeOf, formatFor, textOf } from './exposition.js';
import { HostFigures } from './host-figures.js';
import { addModelSamples } from './model-samples.js';
import { processFamilies } from './process-metrics.js';
import { RequestCounters } from './request-counters.js';
import { type Family, Samples } from './samples.js';
import { addDeviceSamples, addServerSamples } from './server-samples.js';
import type { MetricSources } from './sources.js';

const log = loggerOf('telemetry::metrics');

/** Metrics as one scrape gets them. */
export interface MetricsText {
  readonly contentType: string;
  readonly text: string;
}

export interface MetricsOptions {
  readonly clock: Clock;
  readonly nodeVersion: string;
  /** How old figures of the host and its devices may be, which cost more to find out than the others. */
  readonly intervalMs: number;
}

/** All metrics of one server. Everything but the requests is looked up when it is asked for. */
export class Metrics {
  readonly #sources: MetricSources;
  readonly #options: MetricsOptions;
  readonly #requests: RequestCounters;
  readonly #host = new HostFigures();
  readonly #startedAt: number;
  /** The figures of host and devices, and when they were looked up. */
  #slow: { readonly at: number; readonly families: Promise<readonly Family[]> } | null = null;

  constructor(sources: MetricSources, options: MetricsOptions) {
    const { clock } = options;
    this.#sources = sources;
    this.#options = options;
    this.#requests = new RequestCounters(() => clock.epochMs());
    this.#startedAt = clock.now();
  }

  /** Counts requests, of every server of this process, until the returned function is called. */
  listen(): () => void {
    const listener = (message: unknown): void => this.#requests.count(message as RequestRecord);
    requestChannel.subscribe(listener);
    return () => {
      requestChannel.unsubscribe(listener);
    };
  }

  /** @param accept the header of that name */
  async read(accept: string | undefined): Promise<MetricsText> {
    const format = formatFor(accept);
    const slow = await this.#slowFamilies();
    const process = await processFamilies();
    const families = [...this.#families(), ...slow, ...process];
    return { contentType: contentTypeOf(format), text: await textOf(families, format) };
  }

  #families(): readonly Family[] {
    const { clock, nodeVersion } = this.#options;
    const samples = new Samples();
    addModelSamples(samples, this.#sources.versions());
    this.#requests.addTo(samples);
    addServerSamples(samples, this.#sources.server(), {
      uptimeMs: clock.now() - this.#startedAt,
      nodeVersion,
    });
    return samples.families;
  }

  #slowFamilies(): Promise<readonly Family[]> {
    const now = this.#options.clock.now();
    if (this.#slow === null || now - this.#slow.at >= this.#options.intervalMs)
      this.#slow = { at: now, families: this.#lookAround() };
    return this.#slow.families;
  }

  async #lookAround(): Promise<readonly Family[]> {
    const samples = new Samples();
    this.#host.addTo(samples);
    try {
      addDeviceSamples(samples, await this.#sources.devices());
    } catch (thrown) {
      // All other figures are as good as ever.
      log.warn(`the devices cannot be looked at for metrics: ${messageOf(thrown)}`);
    }
    return samples.families;
  }
}
