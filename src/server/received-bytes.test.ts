import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spareBuffers } from '#core/spare-buffers.js';
import { ReceivedBytes } from './received-bytes.js';

const FIRST_BYTES = 1000;
const MOST_BYTES = 10_000_000;

/** Pieces of these lengths, and the bytes that they are together. */
function piecesOf(lengths: readonly number[]): readonly [pieces: Uint8Array[], whole: Uint8Array] {
  const pieces = lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
  return [pieces, new Uint8Array(pieces.flatMap((piece) => [...piece]))];
}

const cases: [name: string, announced: number | null, lengths: number[]][] = [
  ['nothing', 0, []],
  ['a length that is no multiple of 8', 13, [5, 8]],
  ['a multiple of 8', 16, [16]],
  ['more than is believed at first', 100_001, [10, 999, 50_000, 48_992]],
  ['no announced length', null, [3, 5000, 70_000]],
];

for (const [name, announced, lengths] of cases) {
  test(`${name} comes together`, () => {
    const [pieces, whole] = piecesOf(lengths);
    const received = new ReceivedBytes(announced, FIRST_BYTES, MOST_BYTES);
    for (const piece of pieces) received.add(piece);
    assert.equal(received.length, whole.length);
    const bytes = received.take();
    assert.deepEqual(bytes, whole);
    if (announced !== null) assert.equal((bytes.byteOffset + bytes.byteLength) % 8, 0);
    assert.ok(bytes.buffer.byteLength <= Math.max(FIRST_BYTES, 2 * whole.length + 8));
  });
}

test('an announced length is believed as far as a spare buffer reaches', () => {
  const spare = new ArrayBuffer(3_000_000);
  spareBuffers.give(spare);
  const received = new ReceivedBytes(2_999_999, FIRST_BYTES, MOST_BYTES);
  received.add(Uint8Array.of(1, 2, 3));
  assert.equal(received.take().buffer, spare);
  assert.deepEqual(received.take(), Uint8Array.of(1, 2, 3));
});
