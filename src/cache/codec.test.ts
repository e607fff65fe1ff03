import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { Tensor } from '#tensor/tensor.js';
import { decodeEntry, encodeEntry } from './codec.js';

const answers: [title: string, outputs: readonly Tensor[]][] = [
  ['no outputs', []],
  ['a scalar', [{ name: 'y', datatype: 'FP64', shape: [], data: new Uint8Array(8) }]],
  ['an empty tensor', [{ name: '', datatype: 'INT32', shape: [0, 3], data: new Uint8Array(0) }]],
  [
    'two tensors, one of texts, under names beyond ASCII',
    [
      { name: 'größe', datatype: 'FP16', shape: [1, 2], data: Uint8Array.of(1, 2, 3, 4) },
      { name: '出力', datatype: 'BYTES', shape: [2], data: encodeTexts(['', 'ä']) },
    ],
  ],
];

for (const [title, outputs] of answers) {
  test(`${title}: what is decoded is what was encoded`, () => {
    const entry = encodeEntry('key', outputs);
    assert.deepEqual(decodeEntry('key', entry), outputs);
  });

  test(`${title}: any byte changed, cut off or added is no answer`, () => {
    const entry = encodeEntry('key', outputs);
    for (let at = 0; at < entry.length; at++) {
      const damaged = Buffer.from(entry);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      assert.equal(decodeEntry('key', damaged), null, `byte ${at} changed`);
      assert.equal(decodeEntry('key', entry.subarray(0, at)), null, `cut off at ${at}`);
    }
    assert.equal(decodeEntry('key', Buffer.concat([entry, Buffer.of(0)])), null);
  });

  test(`${title}: the answer to another question is no answer`, () => {
    assert.equal(decodeEntry('other', encodeEntry('key', outputs)), null);
  });
}

const lies: [title: string, tensor: object][] = [
  ['a datatype that there is not', { datatype: 'FP31' }],
  ['fewer bytes than its shape needs', { shape: [3] }],
  ['a negative axis', { shape: [-1, -2] }],
  ['texts that end too early', { datatype: 'BYTES', data: Uint8Array.of(9, 0, 0, 0) }],
];

for (const [title, lie] of lies) {
  test(`a whole entry with ${title} is no answer`, () => {
    const tensor: Tensor = { name: 'y', datatype: 'UINT8', shape: [2], data: Uint8Array.of(1, 2), ...lie };
    assert.equal(decodeEntry('key', encodeEntry('key', [tensor])), null);
  });
}

test('what is decoded has bytes of its own', () => {
  const outputs: Tensor[] = [{ name: 'y', datatype: 'UINT8', shape: [2], data: Uint8Array.of(1, 2) }];
  const entry = encodeEntry('key', outputs);
  const decoded = decodeEntry('key', entry);
  entry.fill(0);
  assert.deepEqual(decoded, outputs);
  assert.equal(decoded?.[0]?.data.buffer.byteLength, 2);
});
