import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTimeout } from './with-timeout.js';

const rows: [deadline: number | null, timeoutUs: number, expected: number | null][] = [
  [null, 0, null],
  [1500, 0, 1500],
  [null, 250_000, 1250],
  [1500, 250_000, 1250],
  [1100, 250_000, 1100],
  [null, 1, 1000.001],
];

for (const [deadline, timeoutUs, expected] of rows) {
  test(`at 1000 ms, a deadline of ${deadline} ms and a timeout of ${timeoutUs} us make ${expected}`, () => {
    const { signal } = new AbortController();
    const call = withTimeout({ signal, deadline, receivedAt: 900, transport: 'grpc' }, timeoutUs, 1000);
    assert.equal(call.deadline, expected);
    assert.equal(call.signal, signal);
    assert.equal(call.receivedAt, 900);
    assert.equal(call.transport, 'grpc');
  });
}
