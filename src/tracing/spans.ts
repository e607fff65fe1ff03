import type { ErrorCode } from '#core/errors.js';
import { newSpanRef, type SpanRef } from '#core/span-ref.js';
import type { Journey, JourneyRun, JourneyStep } from '#inference/journey.js';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One span as any exporter can write it. Times are the clock's, in milliseconds. */
export interface SpanData {
  readonly name: string;
  /** `server` for the one that stands for the whole request. */
  readonly kind: 'server' | 'internal';
  readonly span: SpanRef;
  /** Null where it begins a trace. */
  readonly parentSpanId: string | null;
  /** The parent is in another process. */
  readonly hasRemoteParent: boolean;
  readonly traceState: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly links: readonly SpanRef[];
  /** Why it failed; null where it did not, or the caller is to blame. */
  readonly error: string | null;
}

/** Errors that are the server's. Source: OpenTelemetry's conventions for servers of HTTP (5xx) and gRPC. */
const OURS: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'UNAVAILABLE',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
]);

const SERVER_ERROR = 500;

/** The spans of one request: its own, then its children, and runs with other requests that it is to tell of. */
export function spansOf(journey: Journey): readonly SpanData[] {
  const { span, traceState, receivedAt, startedAt, completedAt, endedAt, runs, steps } = journey;
  const child = childOf(span, traceState);
  const ownModel = modelAttributes(journey.model);
  return [
    serverSpan(journey),
    ...(receivedAt === null ? [] : [child('receive', receivedAt, startedAt)]),
    ...runs.flatMap((run) => runSpans(run, ownModel, span, traceState)),
    ...steps.flatMap((step) => stepSpans(step, span, endedAt, traceState)),
    ...(completedAt === null ? [] : [child('respond', completedAt, endedAt)]),
  ];
}

function serverSpan(journey: Journey): SpanData {
  const { span, parentSpanId, traceState, origin, model, requestId, identity, rows, isCached, error, code } =
    journey;
  return {
    name: origin === null ? 'infer' : nameOf(origin.operation),
    kind: 'server',
    span,
    parentSpanId,
    hasRemoteParent: parentSpanId !== null,
    traceState,
    startMs: journey.receivedAt ?? journey.startedAt,
    endMs: journey.endedAt,
    attributes: {
      ...originAttributes(journey),
      ...modelAttributes(model),
      ...(requestId === null ? {} : { 'furiosa.request.id': requestId }),
      // OpenTelemetry's name for whoever was let in.
      ...(identity === null ? {} : { 'enduser.id': identity }),
      ...(rows === 0 ? {} : { 'furiosa.request.rows': rows }),
      ...(isCached ? { 'furiosa.response.cached': true } : {}),
      ...(error === null ? {} : { 'error.type': error.code, 'error.message': error.message }),
    },
    links: [],
    error: failureOf(journey, code),
  };
}

function failureOf({ origin, error }: Journey, code: number | null): string | null {
  if (error !== null) return OURS.has(error.code) ? error.message : null;
  // The model was right, and then its answer could not be written.
  const isFailed = code !== null && (origin?.transport === 'grpc' ? code !== 0 : code >= SERVER_ERROR);
  return isFailed ? `answered ${code}` : null;
}

/** A procedure's path without the stroke before it, as OpenTelemetry names such spans; a route as it is. */
function nameOf(operation: string): string {
  return operation.replace(/^\//, '');
}

/** Names and values are OpenTelemetry's semantic conventions for HTTP and RPC. */
function originAttributes({ origin, code }: Journey): SpanAttributes {
  if (origin === null) return {};
  const agent = origin.userAgent === null ? {} : { 'user_agent.original': origin.userAgent };
  if (origin.transport === 'grpc') {
    const [service = '', method = ''] = nameOf(origin.operation).split('/');
    const status = code === null ? {} : { 'rpc.grpc.status_code': code };
    return { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method, ...status, ...agent };
  }
  const [method = '', route = ''] = origin.operation.split(' ');
  const status = code === null ? {} : { 'http.response.status_code': code };
  const place = { 'http.route': route, 'url.path': origin.path, 'url.scheme': 'http' };
  return { 'http.request.method': method, ...place, ...status, ...agent };
}

function modelAttributes({ name, version }: Journey['model']): SpanAttributes {
  return { 'furiosa.model.name': name, 'furiosa.model.version': version };
}

function stepSpans(
  step: JourneyStep,
  parent: SpanRef,
  latestMs: number,
  traceState: string,
): readonly SpanData[] {
  const { span, model, error, startedAt, runs, steps } = step;
  const endMs = step.endedAt ?? latestMs;
  const attributes = modelAttributes(model);
  const own = childOf(parent, traceState)(`step ${model.name}`, startedAt, endMs, attributes);
  return [
    { ...own, span, error },
    ...runs.flatMap((run) => runSpans(run, attributes, span, traceState)),
    ...steps.flatMap((each) => stepSpans(each, span, endMs, traceState)),
  ];
}

/** The wait, the computation with its parts, and the run as a span of its own where this request is to tell of it. */
function runSpans(
  run: JourneyRun,
  model: SpanAttributes,
  parent: SpanRef,
  traceState: string,
): readonly SpanData[] {
  const { waitedSince, takenAt, rows, requests, instance, error, batch } = run;
  const runAt = takenAt + run.inputNs / 1e6;
  const outputAt = runAt + run.runNs / 1e6;
  const endMs = outputAt + run.outputNs / 1e6;
  const size = { 'furiosa.batch.rows': rows, 'furiosa.batch.requests': requests };
  const attributes = { ...model, ...size, 'furiosa.instance': instance };
  const child = childOf(parent, traceState);
  const compute = {
    ...child('compute', takenAt, endMs, attributes),
    links: batch === null ? [] : [batch.span],
    error,
  };
  const part = childOf(compute.span, traceState);
  return [
    child('queue', waitedSince, takenAt),
    compute,
    ...(error === null
      ? [part('input', takenAt, runAt), part('infer', runAt, outputAt), part('output', outputAt, endMs)]
      : []),
    ...(batch?.isTold
      ? [
          {
            ...compute,
            name: 'batch',
            span: batch.span,
            parentSpanId: null,
            traceState: '',
            links: batch.requests,
          },
        ]
      : []),
  ];
}

type MakeChild = (name: string, startMs: number, endMs: number, attributes?: SpanAttributes) => SpanData;

function childOf({ traceId, spanId }: SpanRef, traceState: string): MakeChild {
  return (name, startMs, endMs, attributes = {}) => ({
    name,
    kind: 'internal',
    span: newSpanRef(traceId),
    parentSpanId: spanId,
    hasRemoteParent: false,
    traceState,
    startMs,
    endMs,
    attributes,
    links: [],
    error: null,
  });
}
