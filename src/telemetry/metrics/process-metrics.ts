import { collectDefaultMetrics, Registry } from 'prom-client';
import { CATALOG, PROCESS_METRICS } from './catalog.js';
import type { Family, Labels } from './samples.js';

/** How often the lag of the event loop is looked at. */
const LAG_RESOLUTION_MS = 20;

/** As the registry tells them. The lines of a histogram have names of their own, which its types do not say. */
interface Told {
  readonly name: string;
  readonly values: readonly {
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly value: number;
  }[];
}

let registry: Registry | null = null;

/**
 * What `prom-client` tells of this process. It begins to look with the first call, once for all servers in the process, so
 * that whoever is never scraped pays nothing. It does not keep the process alive.
 */
export async function processFamilies(): Promise<readonly Family[]> {
  if (registry === null) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_RESOLUTION_MS });
  }
  const told: readonly Told[] = await registry.getMetricsAsJSON();
  return told.flatMap(({ name, values }) => {
    const known = PROCESS_METRICS.has(name) ? CATALOG.get(name) : undefined;
    if (known === undefined) return [];
    const { type, help } = known;
    const samples = values.map(({ metricName, labels, value }) => ({
      name: metricName ?? name,
      labels: textsOf(labels),
      value,
      exemplar: null,
    }));
    return [{ name, type, help, samples }];
  });
}

function textsOf(labels: Told['values'][number]['labels']): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
