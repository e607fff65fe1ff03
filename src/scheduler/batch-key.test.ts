import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchKey } from './batch-key.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';

type Shapes = readonly (readonly number[])[];

const NAMES = ['a', 'b'];
const key = (shapes: Shapes, layout: BatchLayout): string =>
  batchKey(
    shapes.map((shape, i) => ({ name: NAMES[i] ?? '', datatype: 'FP32', shape, data: new Uint8Array(0) })),
    layout,
  );

const SECOND: BatchLayout = { ...PLAIN_LAYOUT, axisOf: { a: 1 } };
const PADDED: BatchLayout = {
  ...PLAIN_LAYOUT,
  padded: [
    { name: 'a', axes: [1], axisNames: ['length'], value: 0 },
    { name: 'b', axes: [1, 2], axisNames: ['length', 'width'], value: 0 },
  ],
};

const rows: [what: string, layout: BatchLayout, one: Shapes, other: Shapes, alike: boolean][] = [
  ['other rows', PLAIN_LAYOUT, [[1, 3]], [[2, 3]], true],
  ['another axis', PLAIN_LAYOUT, [[1, 3]], [[1, 4]], false],
  ['other digits', PLAIN_LAYOUT, [[1, 1, 23]], [[1, 12, 3]], false],
  ['another rank', PLAIN_LAYOUT, [[1, 3]], [[1, 3, 1]], false],
  ['axes of another input', PLAIN_LAYOUT, [[1, 3], [1]], [[1], [1, 3]], false],
  ['other rows along the second axis', SECOND, [[3, 1]], [[3, 2]], true],
  ['another first axis', SECOND, [[3, 1]], [[4, 1]], false],
  [
    'another length that is padded',
    PADDED,
    [
      [1, 3],
      [1, 3, 2],
    ],
    [
      [1, 5],
      [1, 5, 9],
    ],
    true,
  ],
  [
    'lengths that contradict each other',
    PADDED,
    [
      [1, 3],
      [1, 1, 2],
    ],
    [
      [1, 5],
      [1, 5, 2],
    ],
    false,
  ],
  [
    'the same contradiction',
    PADDED,
    [
      [1, 3],
      [1, 1, 2],
    ],
    [
      [2, 3],
      [2, 1, 2],
    ],
    true,
  ],
];

for (const [what, layout, one, other, alike] of rows) {
  test(`${what}: requests can${alike ? '' : 'not'} run together`, () => {
    assert.equal(key(one, layout) === key(other, layout), alike);
  });
}

test('scalars and nothing have keys, too', () => {
  assert.equal(key([[]], PLAIN_LAYOUT), ';');
  assert.equal(key([], PLAIN_LAYOUT), '');
});
