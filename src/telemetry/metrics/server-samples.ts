import type { Samples } from './samples.js';
import type { DeviceFigures, ServerFigures } from './sources.js';

/** @param uptimeMs since the server began */
export function addServerSamples(
  samples: Samples,
  server: ServerFigures,
  { uptimeMs, nodeVersion }: { readonly uptimeMs: number; readonly nodeVersion: string },
): void {
  const { reloads, limits } = server;
  samples.add('furiosa_build_info', 1, { version: server.version, node: nodeVersion });
  samples.add('furiosa_server_ready', server.isReady ? 1 : 0);
  samples.add('furiosa_uptime_seconds', uptimeMs / 1000);
  samples.add('furiosa_server_restarts_total', server.restarts);
  samples.add('furiosa_requests_inside', server.requestsInside);
  samples.add('furiosa_inflight_bytes', limits.inflightBytes);
  samples.add('furiosa_inflight_limit_bytes', limits.maxInflightBytes);
  samples.add('furiosa_connections', limits.connections);
  samples.add('furiosa_connections_limit', limits.maxConnections);
  for (const [reason, count] of limits.refusedRequests)
    samples.add('furiosa_refused_requests_total', count, { reason });
  for (const [reason, count] of limits.refusedConnections)
    samples.add('furiosa_refused_connections_total', count, { reason });
  samples.add('furiosa_memory_limit_bytes', server.memoryLimitBytes);
  samples.add('furiosa_cpus', server.cpus);
  samples.add('furiosa_config_reloads_total', reloads.succeeded, { outcome: 'success' });
  samples.add('furiosa_config_reloads_total', reloads.failed, { outcome: 'failure' });
  samples.add('furiosa_config_last_reload_successful', reloads.isLastGood ? 1 : 0);
  if (reloads.lastSuccessMs !== null)
    samples.add('furiosa_config_last_reload_success_timestamp_seconds', reloads.lastSuccessMs / 1000);
  if (server.certificateExpiresAtMs !== null)
    samples.add('furiosa_tls_certificate_expiry_timestamp_seconds', server.certificateExpiresAtMs / 1000);
  for (const { name, isUp } of server.sources)
    samples.add('furiosa_repository_source_up', isUp ? 1 : 0, { source: name });
}

export function addDeviceSamples(samples: Samples, devices: readonly DeviceFigures[]): void {
  for (const { name, kind, arch, simulated, temperatureCelsius, holder } of devices) {
    const device = name;
    samples.add('furiosa_device_info', 1, { device, kind, arch: arch ?? '', simulated: String(simulated) });
    // Everyone shares the processor.
    if (kind === 'npu') samples.add('furiosa_device_held', holder === null ? 0 : 1, { device });
    if (temperatureCelsius !== null)
      samples.add('furiosa_device_temperature_celsius', temperatureCelsius, { device });
  }
}
