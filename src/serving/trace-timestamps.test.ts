import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Moments, timestampsOf } from './trace-timestamps.js';

const whole: Moments = {
  call: { transport: 'http', receivedAt: 1 },
  startedAt: 2.5,
  queuedAt: 3,
  timings: { queuedNs: 100, inputNs: 20, runNs: 3000, outputNs: 50, batchRows: 1 },
  completedAt: 4,
  endedAt: 4.000001,
};

const rows: [title: string, moments: Moments, expected: string][] = [
  [
    'a request over HTTP',
    whole,
    'HTTP_RECV_START 1000000, REQUEST_START 2500000, QUEUE_START 3000000, COMPUTE_START 3000100, ' +
      'COMPUTE_INPUT_END 3000120, COMPUTE_OUTPUT_START 3003120, COMPUTE_END 3003170, ' +
      'INFER_RESPONSE_COMPLETE 4000000, REQUEST_END 4000001',
  ],
  [
    'one that the model refused',
    { ...whole, call: { transport: 'grpc', receivedAt: 1 }, timings: null, completedAt: null },
    'GRPC_WAITREAD_START 1000000, REQUEST_START 2500000, QUEUE_START 3000000, REQUEST_END 4000001',
  ],
  [
    'one of a stream that did not come to the model',
    { ...whole, call: { receivedAt: 1 }, queuedAt: null, timings: null, completedAt: null },
    'REQUEST_START 2500000, REQUEST_END 4000001',
  ],
];

for (const [title, moments, expected] of rows) {
  test(`the timestamps of ${title}`, () => {
    const said = timestampsOf(moments).map(({ name, ns }) => `${name} ${ns}`);
    assert.equal(said.join(', '), expected);
  });
}
