import type { Settings } from '#config/settings.js';
import type { ModelControl } from '#control/model-control.js';
import { ServingError } from '#core/errors.js';
import type { DeviceInventory } from '#device/inventory.js';
import type { ModelManager } from '#lifecycle/manager.js';
import type { ServerLimits } from '#server/limits/server-limits.js';
import type { Gate } from '#serving/gate.js';
import type { ReadMetrics } from '#serving/serving.js';
import type { Metrics } from '#telemetry/metrics/metrics.js';
import type { MetricSources } from '#telemetry/metrics/sources.js';
import type { Credentials } from '#tls/credentials.js';

/** What knows the figures. */
export interface Figured {
  readonly models: Pick<ModelManager, 'figures'>;
  readonly control: Pick<ModelControl, 'reloads' | 'sources'>;
  readonly gate: Pick<Gate, 'inside'>;
  readonly limits: Pick<ServerLimits, 'memory' | 'connections' | 'refusals'>;
  readonly inventory: Pick<DeviceInventory, 'refresh' | 'list' | 'memory' | 'cpu'>;
  /** Null where no port speaks TLS. */
  readonly credentials: Pick<Credentials, 'facts'> | null;
  readonly isReady: () => boolean;
  readonly restarts: number;
}

export function metricSources(
  { models, control, gate, limits, inventory, credentials, isReady, restarts }: Figured,
  { server }: Pick<Settings, 'server'>,
): MetricSources {
  return {
    server: () => ({
      version: server.version,
      isReady: isReady(),
      requestsInside: gate.inside,
      memoryLimitBytes: inventory.memory.bytes,
      cpus: inventory.cpu.cpus,
      reloads: control.reloads,
      certificateExpiresAtMs: credentials?.facts.expiresAtMs ?? null,
      limits: {
        inflightBytes: limits.memory.heldBytes,
        maxInflightBytes: limits.memory.limitBytes,
        connections: limits.connections.open,
        maxConnections: limits.connections.most,
        refusedRequests: limits.refusals.requests,
        refusedConnections: limits.refusals.connections,
      },
      restarts,
      sources: control.sources,
    }),
    versions: () => models.figures(),
    async devices() {
      await inventory.refresh();
      return inventory.list();
    },
  };
}

/** What the REST port answers to who asks for metrics: them, or why they are not there. */
export function whereMetricsAre(metrics: Metrics | null, port: number | null): ReadMetrics {
  if (metrics !== null && port === null) return (accept) => metrics.read(accept);
  const text =
    metrics === null
      ? "there are no metrics: start the server with '--allow-metrics=true' to have them"
      : 'the metrics have a port of their own (--metrics-port)';
  return async () => {
    throw new ServingError('UNIMPLEMENTED', text);
  };
}
