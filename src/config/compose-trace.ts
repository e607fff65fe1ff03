import { resolve } from 'node:path';
import { type SpanOptions, USUAL_URL } from '#tracing/span-options.js';
import type { ComposeInput } from './compose.js';
import type { Environment, GivenOptions } from './given.js';
import { NOWHERE, type Place } from './problem.js';
import type { Report } from './report.js';
import type { ServerFile } from './server-file.js';
import type { Settings } from './settings.js';
import type { TraceConfig } from './trace-config.js';

/** Triton's. */
const RATE = 1000;

type Keys = Omit<TraceConfig, 'at'>;

/** Key by key, as everything else: what the option says, else the server file; null where neither says anything. */
function picked<K extends keyof Keys>(key: K, given: GivenOptions, file: ServerFile): Keys[K] | null {
  return given.traceConfig?.value?.[key] ?? file.trace?.[key] ?? null;
}

export function composeTrace({
  given,
  file,
  fileFolder,
  cwd,
  env,
}: Omit<ComposeInput, 'productVersion'>): Settings['trace'] {
  const option = given.traceConfig?.value ?? null;
  const written = file.trace?.file ?? null;
  const fromFile = written === null ? '' : resolve(fileFolder ?? cwd, written);
  const mode = picked('mode', given, file) ?? 'triton';
  const isTriton = mode === 'triton';
  return {
    mode,
    spans: isTriton ? null : composeSpans(given, file, env),
    file: isTriton ? (option?.file ? resolve(cwd, option.file) : fromFile) : '',
    levels: picked('levels', given, file) ?? [],
    rate: picked('rate', given, file) ?? RATE,
    count: picked('count', given, file) ?? -1,
    logFrequency: picked('logFrequency', given, file) ?? 0,
  };
}

function composeSpans(given: GivenOptions, file: ServerFile, env: Environment): SpanOptions {
  return {
    url: picked('url', given, file) ?? urlFrom(env),
    resource: { ...file.trace?.resource, ...given.traceConfig?.value?.resource },
    maxQueueSize: picked('maxQueueSize', given, file) ?? countFrom(env['OTEL_BSP_MAX_QUEUE_SIZE']),
    scheduleDelayMs: picked('scheduleDelayMs', given, file),
    maxExportBatchSize: picked('maxExportBatchSize', given, file),
  };
}

/** Source: OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP". */
function urlFrom({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT }: Environment): string {
  if (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!OTEL_EXPORTER_OTLP_ENDPOINT) return USUAL_URL;
  return `${OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
}

/** Null for what is no count: OpenTelemetry goes on as if it were not set. */
function countFrom(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null;
}

/** Reports what does not go together: a level and a mode, or a mode and a rate. */
export function checkTrace(given: GivenOptions, file: ServerFile, report: Report): void {
  const option = given.traceConfig?.value ?? null;
  const placeOf = (key: keyof Keys, name: Parameters<TraceConfig['at']>[0]): Place =>
    (option?.[key] == null ? file.trace : option)?.at(name) ?? NOWHERE;
  const isTriton = (picked('mode', given, file) ?? 'triton') === 'triton';
  const levels = picked('levels', given, file) ?? [];
  if (isTriton && levels.length > 0 && picked('file', given, file) === null) {
    const text = `${levels.join(' and ')} cannot be traced without a trace file; expected file=PATH`;
    report.problem(placeOf('levels', 'level'), text);
  }
  if (!isTriton && levels.includes('TENSORS')) {
    const text = 'TENSORS cannot be traced in the mode opentelemetry; expected TIMESTAMPS or OFF';
    report.problem(placeOf('levels', 'level'), text);
  }
  if (isTriton && picked('rate', given, file) === 0) {
    const text =
      'expected an integer from 1 to 4294967295, found 0, which is for the mode opentelemetry alone';
    report.problem(placeOf('rate', 'rate'), text);
  }
  const queue = picked('maxQueueSize', given, file);
  const batch = picked('maxExportBatchSize', given, file);
  if (queue !== null && batch !== null && batch > queue) {
    const text = `expected bsp_max_queue_size, which is ${queue}, or less, found ${batch}`;
    report.problem(placeOf('maxExportBatchSize', 'bsp_max_export_batch_size'), text);
  }
}
