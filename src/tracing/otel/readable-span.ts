import type { HrTime, Link, SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { SpanRef } from '#core/span-ref.js';
import type { SpanData } from '#tracing/spans.js';
import type { OpenTelemetry } from './import-opentelemetry.js';

/** What all spans of this server have in common. */
export interface SpanGround {
  readonly api: OpenTelemetry['api'];
  readonly resource: Resource;
  /** Milliseconds from 1970 to the clock's 0. */
  readonly epochOffsetMs: number;
}

const SCOPE = { name: 'furiosa-server' };

/** A span as OpenTelemetry's exporters read it. */
export function readableSpan(data: SpanData, { api, resource, epochOffsetMs }: SpanGround): ReadableSpan {
  const { span, parentSpanId, hasRemoteParent, traceState, error } = data;
  const state = traceState === '' ? {} : { traceState: api.createTraceState(traceState) };
  const context: SpanContext = { ...span, traceFlags: api.TraceFlags.SAMPLED, ...state };
  const parent = { traceId: span.traceId, spanId: parentSpanId ?? '', isRemote: hasRemoteParent };
  const startTime = hrTimeOf(epochOffsetMs, data.startMs);
  // Of what was measured in different ways, an end can be before its beginning by less than a microsecond.
  const endMs = Math.max(data.startMs, data.endMs);
  return {
    name: data.name,
    kind: data.kind === 'server' ? api.SpanKind.SERVER : api.SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parentSpanId === null
      ? {}
      : { parentSpanContext: { ...parent, traceFlags: api.TraceFlags.SAMPLED, ...state } }),
    startTime,
    endTime: hrTimeOf(epochOffsetMs, endMs),
    duration: hrTimeOf(0, endMs - data.startMs),
    status:
      error === null
        ? { code: api.SpanStatusCode.UNSET }
        : { code: api.SpanStatusCode.ERROR, message: error },
    attributes: data.attributes,
    links: data.links.map((link) => linkTo(link, api)),
    events: [],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function linkTo(span: SpanRef, api: OpenTelemetry['api']): Link {
  return { context: { ...span, traceFlags: api.TraceFlags.SAMPLED } };
}

/** Seconds and nanoseconds. The two are added up as late as possible: a number cannot hold nanoseconds since 1970. */
function hrTimeOf(offsetMs: number, ms: number): HrTime {
  const wholeMs = Math.floor(offsetMs) + Math.floor(ms);
  const restNs = Math.round((offsetMs - Math.floor(offsetMs) + ms - Math.floor(ms)) * 1e6);
  const seconds = Math.floor(wholeMs / 1000);
  const ns = (wholeMs - seconds * 1000) * 1e6 + restNs;
  return ns >= 1e9 ? [seconds + 1, ns - 1e9] : [seconds, ns];
}
