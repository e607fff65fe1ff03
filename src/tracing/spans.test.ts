import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCode } from '#core/errors.js';
import { newSpanRef } from '#core/span-ref.js';
import type { Journey, JourneyRun } from '#inference/journey.js';
import { type SpanData, spansOf } from './spans.js';

const run: JourneyRun = {
  waitedSince: 4,
  takenAt: 6,
  inputNs: 1e6,
  runNs: 2e6,
  outputNs: 3e6,
  rows: 5,
  requests: 1,
  instance: 'Model#0001/cpu/0',
  error: null,
  batch: null,
};

const journey: Journey = {
  span: newSpanRef(),
  parentSpanId: null,
  traceState: '',
  origin: {
    transport: 'http',
    operation: 'POST /v2/models/:model/infer',
    path: '/v2/models/m/infer',
    userAgent: null,
  },
  model: { name: 'm', version: '1' },
  requestId: null,
  identity: null,
  rows: 2,
  isCached: false,
  receivedAt: 1,
  startedAt: 3,
  completedAt: 12,
  endedAt: 15,
  runs: [run],
  steps: [],
  error: null,
  code: 200,
};

const timesOf = (spans: readonly SpanData[]): readonly unknown[] =>
  spans.map(({ name, startMs, endMs }) => [name, startMs, endMs]);

test('the way of a request in the order of time', () => {
  assert.deepEqual(timesOf(spansOf(journey)), [
    ['POST /v2/models/:model/infer', 1, 15],
    ['receive', 1, 3],
    ['queue', 4, 6],
    ['compute', 6, 12],
    ['input', 6, 7],
    ['infer', 7, 9],
    ['output', 9, 12],
    ['respond', 12, 15],
  ]);
});

test('a request whose coming is not known begins with its being taken up; one that was not run has no run', () => {
  const spans = spansOf({ ...journey, receivedAt: null, completedAt: null, runs: [] });
  assert.deepEqual(timesOf(spans), [['POST /v2/models/:model/infer', 3, 15]]);
});

test('a kept answer says so, and has no run', () => {
  const spans = spansOf({ ...journey, runs: [], isCached: true });
  assert.equal(spans[0]?.attributes['furiosa.response.cached'], true);
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['POST /v2/models/:model/infer', 'receive', 'respond'],
  );
});

test('of a run that failed nobody knows its parts', () => {
  const failed = { ...run, runNs: 0, outputNs: 0, error: 'it broke' };
  const spans = spansOf({ ...journey, runs: [failed], completedAt: null });
  assert.deepEqual(timesOf(spans).slice(2), [
    ['queue', 4, 6],
    ['compute', 6, 7],
  ]);
  assert.equal(spans.at(-1)?.error, 'it broke');
});

test('the run of several requests is told by one of them, and linked from all', () => {
  const batch = { span: newSpanRef(), requests: [journey.span, newSpanRef()], isTold: true };
  const spans = spansOf({ ...journey, traceState: 'a=b', runs: [{ ...run, batch }] });
  const [told] = spans.filter(({ name }) => name === 'batch') as [SpanData];
  assert.deepEqual(
    [told.span, told.parentSpanId, told.links, told.traceState],
    [batch.span, null, batch.requests, ''],
  );
  const others = spansOf({ ...journey, runs: [{ ...run, batch: { ...batch, isTold: false } }] });
  assert.equal(others.filter(({ name }) => name === 'batch').length, 0);
  for (const each of [spans, others])
    assert.deepEqual(each.find(({ name }) => name === 'compute')?.links, [batch.span]);
});

test('a step that had not ended when its request did ends with it', () => {
  const step = { span: newSpanRef(journey.span.traceId), model: { name: 's', version: '2' } };
  const steps = [{ ...step, startedAt: 4, endedAt: null, error: null, runs: [], steps: [] }];
  const spans = spansOf({ ...journey, runs: [], steps });
  assert.deepEqual(timesOf(spans)[2], ['step s', 4, 15]);
});

const blamed: [code: ErrorCode, isError: boolean][] = [
  ['INVALID_ARGUMENT', false],
  ['NOT_FOUND', false],
  ['CANCELLED', false],
  ['INTERNAL', true],
  ['OVERLOADED', true],
  ['UNAVAILABLE', true],
  ['DEADLINE_EXCEEDED', true],
];

for (const [code, isError] of blamed) {
  test(`${code} is ${isError ? 'an error' : 'no error'} of the server`, () => {
    const [span] = spansOf({ ...journey, error: { code, message: 'why' }, code: null });
    assert.equal(span?.error, isError ? 'why' : null);
    assert.deepEqual([span?.attributes['error.type'], span?.attributes['error.message']], [code, 'why']);
  });
}

const answers: [transport: 'http' | 'grpc', code: number | null, error: string | null][] = [
  ['http', 200, null],
  ['http', 500, 'answered 500'],
  ['http', null, null],
  ['grpc', 0, null],
  ['grpc', 13, 'answered 13'],
  ['grpc', null, null],
];

for (const [transport, code, error] of answers) {
  test(`an answer of ${code} over ${transport} after all went well: ${error ?? 'no error'}`, () => {
    const origin = { transport, operation: '/a.B/C', path: '/a.B/C', userAgent: null };
    const [span] = spansOf({ ...journey, origin, code });
    assert.equal(span?.error, error);
  });
}

test('a remote procedure by the names of OpenTelemetry', () => {
  const origin = {
    transport: 'grpc',
    operation: '/inference.GRPCInferenceService/ModelInfer',
    path: '/inference.GRPCInferenceService/ModelInfer',
    userAgent: 'grpc-node',
  } as const;
  const [span] = spansOf({ ...journey, origin, code: 3, error: { code: 'INVALID_ARGUMENT', message: 'x' } });
  assert.equal(span?.name, 'inference.GRPCInferenceService/ModelInfer');
  assert.deepEqual(span?.attributes, {
    'rpc.system': 'grpc',
    'rpc.service': 'inference.GRPCInferenceService',
    'rpc.method': 'ModelInfer',
    'rpc.grpc.status_code': 3,
    'user_agent.original': 'grpc-node',
    'furiosa.model.name': 'm',
    'furiosa.model.version': '1',
    'furiosa.request.rows': 2,
    'error.type': 'INVALID_ARGUMENT',
    'error.message': 'x',
  });
});

test('who asked is told of the whole request, and of nothing within it', () => {
  const [root, ...others] = spansOf({ ...journey, identity: 'ci' });
  assert.equal(root?.attributes['enduser.id'], 'ci');
  assert.ok(others.every(({ attributes }) => !('enduser.id' in attributes)));
  assert.ok(!('enduser.id' in (spansOf(journey)[0]?.attributes ?? {})));
});
