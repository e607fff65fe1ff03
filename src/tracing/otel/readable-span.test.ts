import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSpanRef } from '#core/span-ref.js';
import type { SpanData } from '#tracing/spans.js';
import { importOpenTelemetry } from './import-opentelemetry.js';
import { readableSpan } from './readable-span.js';

const data: SpanData = {
  name: 'x',
  kind: 'internal',
  span: newSpanRef(),
  parentSpanId: null,
  hasRemoteParent: false,
  traceState: '',
  startMs: 0,
  endMs: 0,
  attributes: {},
  links: [],
  error: null,
};

const { api, resources } = await importOpenTelemetry();
const resource = resources.emptyResource();

const times: [
  offsetMs: number,
  startMs: number,
  endMs: number,
  start: number[],
  end: number[],
  took: number[],
][] = [
  [0, 1.5, 2000.000001, [0, 1_500_000], [2, 1], [1, 998_500_001]],
  // A sum of both in one number would be off by a hundred nanoseconds.
  [1_790_000_000_000, 0.000001, 0.000002, [1_790_000_000, 1], [1_790_000_000, 2], [0, 1]],
  [1_790_000_000_000.75, 999.25, 1000, [1_790_000_001, 0], [1_790_000_001, 750_000], [0, 750_000]],
  [0, 5, 4.9999, [0, 5_000_000], [0, 5_000_000], [0, 0]],
];

for (const [epochOffsetMs, startMs, endMs, start, end, took] of times) {
  test(`from ${startMs} to ${endMs} ms after ${epochOffsetMs}`, () => {
    const span = readableSpan({ ...data, startMs, endMs }, { api, resource, epochOffsetMs });
    assert.deepEqual([span.startTime, span.endTime, span.duration], [start, end, took]);
  });
}
