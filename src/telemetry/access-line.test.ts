import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLevel } from '#core/log.js';
import type { RequestRecord } from '#core/request-record.js';
import { accessLevel, accessLineOf, type Outcome, outcomeOf } from './access-line.js';
import { prettyAccess } from './pretty-access.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** An inference that went well. */
function recordOf(parts: Partial<RequestRecord> = {}): RequestRecord {
  const headers: Record<string, string> = {
    traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    authorization: 'Bearer secret',
    cookie: 'secret',
  };
  return {
    transport: 'http',
    operation: 'POST /v2/models/:model/infer',
    asked: 'POST /v2/models/mnist/infer',
    peer: '10.0.0.7',
    code: 200,
    durationMs: 3.21449,
    requestBytes: 3136,
    responseBytes: 180,
    error: null,
    facts: {
      identity: 'ci',
      id: 'a1',
      model: { name: 'mnist', version: '2' },
      phases: { queuedNs: 100_000, inputNs: 20_400, runNs: 2_800_000, outputNs: 10_000, batchRows: 4 },
      isCached: false,
    },
    header: (name) => headers[name],
    ...parts,
  };
}

const NO_FACTS: RequestRecord['facts'] = {
  identity: null,
  id: null,
  model: null,
  phases: null,
  isCached: false,
};

test('a line has everything that is known of the request, and of its headers the trace alone', () => {
  assert.deepEqual(accessLineOf(recordOf()), {
    transport: 'http',
    operation: 'POST /v2/models/:model/infer',
    request: 'POST /v2/models/mnist/infer',
    code: 200,
    outcome: 'ok',
    peer: '10.0.0.7',
    identity: 'ci',
    model: 'mnist',
    version: '2',
    request_id: 'a1',
    trace_id: TRACE,
    request_bytes: 3136,
    response_bytes: 180,
    duration_ms: 3.214,
    queue_ms: 0.1,
    input_ms: 0.02,
    run_ms: 2.8,
    output_ms: 0.01,
    batch_rows: 4,
    cached: null,
    error: null,
  });
});

test('what is long is clipped, and what would be obeyed is written out', () => {
  const id = `a\n2026-11-23 INFO forged\u001b[2J\u202e${'x'.repeat(200)}`;
  const line = accessLineOf(
    recordOf({
      asked: `GET /${'y'.repeat(300)}`,
      error: `no\r\n${'z'.repeat(600)}`,
      facts: { ...NO_FACTS, id },
    }),
  );
  assert.match(line.request_id ?? '', /^a\\x0a2026-11-23 INFO forged\\x1b\[2J\\u202ex+…$/);
  assert.deepEqual([line.request_id?.length, line.request.length, line.error?.length], [129, 201, 501]);
  assert.match(line.error ?? '', /^no\\x0d\\x0az+…$/);
});

const ends: [transport: 'http' | 'grpc', code: number | null, outcome: Outcome, level: LogLevel][] = [
  ['http', 200, 'ok', 'INFO'],
  ['http', 304, 'ok', 'INFO'],
  ['http', 400, 'failed', 'INFO'],
  ['http', 404, 'failed', 'INFO'],
  ['http', 500, 'failed', 'WARN'],
  ['http', 503, 'failed', 'WARN'],
  ['http', null, 'cancelled', 'INFO'],
  ['grpc', 0, 'ok', 'INFO'],
  ['grpc', 3, 'failed', 'INFO'],
  ['grpc', 5, 'failed', 'INFO'],
  ['grpc', 13, 'failed', 'WARN'],
  ['grpc', 14, 'failed', 'WARN'],
  ['grpc', null, 'cancelled', 'INFO'],
];

for (const [transport, code, outcome, level] of ends) {
  test(`${transport} ${code} is ${outcome}, told as ${level}`, () => {
    assert.equal(outcomeOf({ transport, code }), outcome);
    assert.equal(accessLevel({ transport, code }), level);
  });
}

const FACTS = 'in=3136 out=180 peer=10.0.0.7';
const lines: [parts: Partial<RequestRecord>, line: string][] = [
  [
    {},
    `POST /v2/models/mnist/infer                200     3.21 ms  mnist/2 queue=0.10 run=2.80 rows=4 ${FACTS} who=ci id=a1 trace=${TRACE}`,
  ],
  [
    {
      header: () => undefined,
      facts: { ...NO_FACTS, id: 'my "id"' },
      code: null,
      durationMs: 1234.5,
      peer: null,
    },
    'POST /v2/models/mnist/infer                  -     1235 ms  in=3136 out=180 id="my \\"id\\""',
  ],
  [
    {
      transport: 'grpc',
      asked: '/inference.GRPCInferenceService/ModelInfer',
      code: 5,
      durationMs: 12.34,
      error: "model 'x' is not found",
      facts: NO_FACTS,
      header: () => undefined,
    },
    `/inference.GRPCInferenceService/ModelInfer NOT_FOUND     12.3 ms  ${FACTS}: model 'x' is not found`,
  ],
  [
    { facts: { ...NO_FACTS, model: { name: 'm', version: '1' }, isCached: true }, header: () => undefined },
    `POST /v2/models/mnist/infer                200     3.21 ms  m/1 cached ${FACTS}`,
  ],
];

for (const [parts, line] of lines) {
  test(`for people: ${line}`, () => assert.equal(prettyAccess(accessLineOf(recordOf(parts))), line));
}
