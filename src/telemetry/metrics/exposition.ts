import { type Metric, Registry, type RegistryContentType } from 'prom-client';
import type { Family, Sample } from './samples.js';

/** The two forms in which metrics are told. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

const CONTENT_TYPE = {
  prometheus: Registry.PROMETHEUS_CONTENT_TYPE,
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

export function contentTypeOf(format: ExpositionFormat): string {
  return CONTENT_TYPE[format];
}

/** OpenMetrics where the header `Accept` names it and likes it no less than plain text; else what everybody reads. */
export function formatFor(accept: string | undefined): ExpositionFormat {
  const best = { openmetrics: 0, text: 0 };
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase());
    if (type === 'application/openmetrics-text')
      best.openmetrics = Math.max(best.openmetrics, quality(parameters));
    if (type === 'text/plain') best.text = Math.max(best.text, quality(parameters));
  }
  return best.openmetrics > 0 && best.openmetrics >= best.text ? 'openmetrics' : 'prometheus';
}

function quality(parameters: readonly string[]): number {
  const q = parameters.find((each) => each.startsWith('q='));
  const value = q === undefined ? 1 : Number(q.slice(2));
  return value >= 0 && value <= 1 ? value : 0;
}

/** A metric has the same name in both forms, so that no rule depends on what a scraper asks for. */
export async function textOf(families: readonly Family[], format: ExpositionFormat): Promise<string> {
  const isOpen = format === 'openmetrics';
  const registry: Registry<RegistryContentType> = new Registry();
  registry.setContentType(CONTENT_TYPE[format]);
  // All that the registry asks of a metric is `get`, and to be able to shorten its name.
  for (const family of families) {
    const metric = writable(family, isOpen);
    registry.registerMetric(metric as unknown as Metric);
  }
  return await registry.metrics();
}

/** A family as the registry writes it. */
interface Writable {
  name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly object[];
  get(): Promise<Writable>;
}

function writable({ name, type, help, samples }: Family, isOpen: boolean): Writable {
  return {
    name,
    help,
    // OpenMetrics would end every counter in _total. Triton's do not, so they are of no known type there.
    type: isOpen && type === 'counter' && !name.endsWith('_total') ? 'unknown' : type,
    values: samples.map((sample) => lineOf(sample, name)),
    async get() {
      return this;
    },
  };
}

/** The registry knows the name of what is called as its family, with or without `_total`. */
function lineOf({ name, labels, value, exemplar }: Sample, familyName: string): object {
  return {
    value,
    labels,
    ...(name !== familyName && { metricName: name }),
    ...(exemplar && {
      exemplar: { labelSet: exemplar.labels, value: exemplar.value, timestamp: exemplar.atSeconds },
    }),
  };
}
