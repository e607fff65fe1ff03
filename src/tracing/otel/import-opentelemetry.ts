import { ServingError } from '#core/errors.js';

/** The packages of OpenTelemetry that spans need. Optional: who traces in another way, or not at all, need not have them. */
export interface OpenTelemetry {
  readonly api: typeof import('@opentelemetry/api');
  readonly exporter: typeof import('@opentelemetry/exporter-trace-otlp-proto');
  readonly resources: typeof import('@opentelemetry/resources');
  readonly sdk: typeof import('@opentelemetry/sdk-trace-base');
}

const INSTALL =
  "npm install '@opentelemetry/api@1' '@opentelemetry/sdk-trace-base@2' '@opentelemetry/resources@2' " +
  "'@opentelemetry/exporter-trace-otlp-proto@0.223'";

/** Loads them. Throws UNAVAILABLE with the command that installs them where one is missing. */
export async function importOpenTelemetry(
  load: () => Promise<OpenTelemetry> = loadAll,
): Promise<OpenTelemetry> {
  try {
    return await load();
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    const why = isMissing
      ? `needs packages that are not installed: ${INSTALL}`
      : `needs packages that cannot be loaded: ${String(thrown)}`;
    throw new ServingError('UNAVAILABLE', `the trace mode opentelemetry ${why}`, { cause: thrown });
  }
}

async function loadAll(): Promise<OpenTelemetry> {
  const [api, exporter, resources, sdk] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
  ]);
  return { api, exporter, resources, sdk };
}
