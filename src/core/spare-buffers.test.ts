import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeBuffer, SpareBuffers } from './spare-buffers.js';

const MIB = 1024 * 1024;

test('a buffer is taken by who needs half of it or more, and by nobody else', () => {
  const spare = new SpareBuffers(10 * MIB);
  const buffer = new ArrayBuffer(MIB);
  spare.give(buffer);
  assert.equal(spare.take(MIB + 1), null);
  assert.equal(spare.take(MIB / 2 - 1), null);
  assert.equal(spare.take(MIB / 2), buffer);
  assert.equal(spare.take(MIB / 2), null);
  assert.equal(spare.byteLength, 0);
});

test('the newest that fits is taken first: it may still be in a cache', () => {
  const spare = new SpareBuffers(10 * MIB);
  const [older, newer, large] = [new ArrayBuffer(MIB), new ArrayBuffer(MIB), new ArrayBuffer(4 * MIB)];
  for (const buffer of [older, newer, large]) spare.give(buffer);
  assert.equal(spare.take(MIB), newer);
  assert.equal(spare.take(MIB), older);
  assert.equal(spare.take(4 * MIB), large);
});

test('a buffer that is given twice lies here once', () => {
  const spare = new SpareBuffers(10 * MIB);
  const buffer = new ArrayBuffer(MIB);
  spare.give(buffer);
  spare.give(buffer);
  assert.equal(spare.byteLength, MIB);
  spare.take(MIB);
  assert.equal(spare.take(MIB), null);
});

test('small and empty buffers are not kept', () => {
  const spare = new SpareBuffers(10 * MIB);
  spare.give(new ArrayBuffer(0));
  spare.give(new ArrayBuffer(64 * 1024 - 1));
  assert.equal(spare.byteLength, 0);
});

test('the oldest go, and their memory with them, when there is too much', () => {
  const spare = new SpareBuffers(3 * MIB);
  const buffers = Array.from({ length: 5 }, () => new ArrayBuffer(MIB));
  for (const buffer of buffers) spare.give(buffer);
  assert.equal(spare.byteLength, 3 * MIB);
  assert.deepEqual(
    buffers.map(({ byteLength }) => byteLength),
    [0, 0, MIB, MIB, MIB],
  );
  const tooLarge = new ArrayBuffer(4 * MIB);
  spare.give(tooLarge);
  assert.equal(tooLarge.byteLength, 0);
});

test('no more than 64 buffers lie here', () => {
  const spare = new SpareBuffers(100 * MIB);
  for (let i = 0; i < 70; i++) spare.give(new ArrayBuffer(100_000));
  assert.equal(spare.byteLength, 64 * 100_000);
});

test('the memory of a freed buffer is gone before any garbage is collected', async () => {
  // The other end of the port closes some turns after it is asked to.
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  const buffer = new ArrayBuffer(32 * MIB);
  const before = process.memoryUsage().arrayBuffers;
  freeBuffer(buffer);
  assert.equal(buffer.byteLength, 0);
  assert.ok(before - process.memoryUsage().arrayBuffers >= 32 * MIB);
});
