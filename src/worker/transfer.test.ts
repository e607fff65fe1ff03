import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { pack } from './transfer.js';

function tensor(data: Uint8Array): Tensor {
  return { name: 'x', datatype: 'UINT8', shape: [data.length], data };
}

test('what stands alone in its buffer is moved as it is', () => {
  const alone = tensor(new Uint8Array(8192));
  const { tensors, transfer } = pack([alone]);
  assert.equal(tensors[0], alone);
  assert.deepEqual(transfer, [alone.data.buffer]);
});

const body = Uint8Array.from({ length: 20_000 }, (_, i) => i & 0xff);
const views: [what: string, data: Uint8Array][] = [
  ['the end of a body', body.subarray(100)],
  ['half of a body', body.subarray(0, 10_000)],
  ['a Buffer', Buffer.from(body.buffer, 100, 10_000)],
];

for (const [what, data] of views) {
  test(`${what} is moved with the rest of it`, () => {
    const given = tensor(data);
    assert.deepEqual(pack([given]), { tensors: [given], transfer: [body.buffer] });
  });
}

const slices: [what: string, data: Uint8Array][] = [
  ['less than half of a body', body.subarray(0, 9_999)],
  ['a small Buffer, whose slice() is a view', Buffer.from(body.buffer, 100, 9_000)],
];

for (const [what, data] of slices) {
  test(`${what} is copied once, and the body never moved`, () => {
    const { tensors, transfer } = pack([tensor(data)]);
    const copy = tensors[0]?.data;
    assert.ok(copy !== undefined);
    assert.deepEqual(copy, new Uint8Array(data));
    assert.equal(copy.buffer.byteLength, data.byteLength);
    assert.deepEqual(transfer, [copy.buffer]);
    assert.notEqual(copy.buffer, body.buffer);
  });
}

test('several slices that make up half of a body are moved with it, once', () => {
  const given = [tensor(body.subarray(0, 6000)), tensor(body.subarray(14_000))];
  assert.deepEqual(pack(given), { tensors: given, transfer: [body.buffer] });
});

test('what is small crosses by itself, and one buffer is moved once', () => {
  const twice = tensor(new Uint8Array(5000));
  assert.equal(pack([tensor(new Uint8Array(100))]).transfer.length, 0);
  assert.equal(pack([twice, twice]).transfer.length, 1);
});
