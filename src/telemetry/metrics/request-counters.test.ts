import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '#core/request-record.js';
import { codeLabel } from './request-codes.js';
import { RequestCounters } from './request-counters.js';
import { type Family, Samples } from './samples.js';
import { sampledTraceId } from './trace-id.js';

function recordOf(parts: Partial<RequestRecord>, headers: Record<string, string> = {}): RequestRecord {
  return {
    transport: 'http',
    operation: 'GET /v2',
    asked: 'GET /v2',
    peer: null,
    code: 200,
    durationMs: 3,
    requestBytes: 10,
    responseBytes: 20,
    error: null,
    facts: { identity: null, id: null, model: null, phases: null, isCached: false },
    header: (name) => headers[name],
    ...parts,
  };
}

function told(records: readonly RequestRecord[]): ReadonlyMap<string, Family> {
  const counters = new RequestCounters(() => 5000);
  for (const record of records) counters.count(record);
  const samples = new Samples();
  counters.addTo(samples);
  return new Map(samples.families.map((family) => [family.name, family]));
}

const linesOf = (family: Family | undefined): string[] =>
  (family?.samples ?? []).map(({ labels, value }) => `${Object.values(labels).join(' ')}: ${value}`);

test('requests are counted by transport, operation and code', () => {
  const families = told([
    recordOf({}),
    recordOf({}),
    recordOf({ code: 503 }),
    recordOf({ code: null }),
    recordOf({ operation: null, code: 404 }),
    recordOf({ transport: 'grpc', operation: '/a.B/C', code: 0 }),
    recordOf({ transport: 'grpc', operation: '/a.B/C', code: null }),
    recordOf({ transport: 'grpc', operation: '/a.B/C', code: 1 }),
  ]);
  assert.deepEqual(linesOf(families.get('furiosa_requests_total')), [
    'http GET /v2 200: 2',
    'http GET /v2 503: 1',
    'http GET /v2 499: 1',
    'http unknown 404: 1',
    'grpc /a.B/C OK: 1',
    'grpc /a.B/C CANCELLED: 2',
  ]);
  assert.deepEqual(linesOf(families.get('furiosa_request_bytes_total')), ['http: 50', 'grpc: 30']);
  assert.deepEqual(linesOf(families.get('furiosa_response_bytes_total')), ['http: 100', 'grpc: 60']);
});

test('names that callers invent make no series', () => {
  const records = Array.from({ length: 1000 }, () => recordOf({ operation: null, code: 404 }));
  const series = [...told(records).values()].flatMap(({ samples }) => samples);
  assert.ok(series.length < 30, `${series.length} series`);
});

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

test('the newest request of a bucket with a trace that is recorded is its exemplar', () => {
  const families = told([
    recordOf({ durationMs: 4 }, { traceparent }),
    recordOf({ durationMs: 5 }, { traceparent: traceparent.replaceAll('4b', '5c') }),
    recordOf({ durationMs: 3 }, { traceparent: traceparent.replace(/01$/, '00') }),
    recordOf({ durationMs: 3 }),
  ]);
  const { samples = [] } = families.get('furiosa_request_duration_seconds') ?? {};
  const exemplars = samples.flatMap(({ labels, exemplar }) => (exemplar ? [[labels['le'], exemplar]] : []));
  assert.deepEqual(exemplars, [
    ['0.005', { labels: { trace_id: TRACE.replace('4b', '5c') }, value: 0.005, atSeconds: 5 }],
  ]);
});

const parents: [traceparent: string | undefined, id: string | null][] = [
  [traceparent, TRACE],
  [`cc-${TRACE}-00f067aa0ba902b7-09-what-follows`, TRACE],
  [undefined, null],
  ['', null],
  [`00-${TRACE}-00f067aa0ba902b7-00`, null],
  [`ff-${TRACE}-00f067aa0ba902b7-01`, null],
  [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, null],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, null],
  [`00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`, null],
  [`00-${TRACE}"} 1`, null],
];
for (const [header, id] of parents) {
  test(`of the traceparent '${header}' the trace is ${id}`, () => assert.equal(sampledTraceId(header), id));
}

const codes: [transport: RequestRecord['transport'], code: number | null, label: string][] = [
  ['http', 200, '200'],
  ['http', null, '499'],
  ['grpc', 0, 'OK'],
  ['grpc', 16, 'UNAUTHENTICATED'],
  ['grpc', null, 'CANCELLED'],
  ['grpc', 99, 'UNKNOWN'],
];
for (const [transport, code, label] of codes) {
  test(`${transport} ${code} is told as ${label}`, () => assert.equal(codeLabel(transport, code), label));
}
