import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, cutBlock } from './block.js';
import { encodeTexts } from './byte-strings.js';
import type { Tensor } from './tensor.js';

const numbers = (shape: number[], values: number[]): Tensor => ({
  name: 'x',
  datatype: 'UINT8',
  shape,
  data: Uint8Array.from(values),
});
const texts = (shape: number[], values: string[]): Tensor => ({
  name: 'x',
  datatype: 'BYTES',
  shape,
  data: encodeTexts(values),
});

test('blocks stand where they are told, and a value where there are none', () => {
  const blocks = [
    { tensor: numbers([1, 2], [1, 2]), start: [0, 1] },
    { tensor: numbers([2, 1], [3, 4]), start: [1, 0] },
  ];
  const head = { name: 'x', datatype: 'UINT8' as const, shape: [3, 3] };
  assert.deepEqual(assemble(head, blocks, 9), numbers([3, 3], [9, 1, 2, 3, 9, 9, 4, 9, 9]));
});

test('texts stand where they are told, and empty ones where there are none', () => {
  const blocks = [
    { tensor: texts([1, 2], ['a', 'bc']), start: [1, 1] },
    { tensor: texts([1, 1], ['d']), start: [0, 0] },
  ];
  const head = { name: 'x', datatype: 'BYTES' as const, shape: [2, 3] };
  assert.deepEqual(assemble(head, blocks, 9), texts([2, 3], ['d', '', '', '', 'a', 'bc']));
});

test('a block is cut out of the middle', () => {
  const tensor = numbers([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(cutBlock(tensor, [1, 1], [2, 1]), numbers([2, 1], [5, 8]));
  assert.deepEqual(cutBlock(texts([2, 2], ['a', 'b', '', 'd']), [0, 1], [2, 1]), texts([2, 1], ['b', 'd']));
});

const misplaced: [what: string, tensor: Tensor, start: number[], message: string][] = [
  [
    'begins too late',
    numbers([1, 2], [1, 2]),
    [2, 0],
    'UINT8 [1,2] at [2,0] does not lie within UINT8 [2,2]',
  ],
  ['is too long', numbers([1, 2], [1, 2]), [0, 1], 'UINT8 [1,2] at [0,1] does not lie within UINT8 [2,2]'],
  ['has another rank', numbers([1], [1]), [0], 'UINT8 [1] at [0] does not lie within UINT8 [2,2]'],
  [
    'has another datatype',
    texts([1, 1], ['a']),
    [0, 0],
    'BYTES [1,1] at [0,0] does not lie within UINT8 [2,2]',
  ],
  ['has other bytes', numbers([1, 2], [1]), [0, 0], "tensor 'x' has 1 bytes; UINT8 [1,2] takes 2"],
];

for (const [what, tensor, start, message] of misplaced) {
  test(`a block that ${what} is not copied over its neighbours`, () => {
    const head = { name: 'x', datatype: 'UINT8' as const, shape: [2, 2] };
    assert.throws(() => assemble(head, [{ tensor, start }]), { name: 'RangeError', message });
  });
}
