import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputOf } from '../../test/support/scheduling.js';
import { batchKey } from './batch-key.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';

type Shapes = readonly (readonly number[])[];

interface Row {
  readonly name: string;
  readonly one: Shapes;
  readonly other: Shapes;
  readonly layout?: Partial<BatchLayout>;
  readonly isSame: boolean;
}

const rows: Row[] = [
  { name: 'only the rows differ', one: [[1, 3]], other: [[4, 3]], isSame: true },
  { name: 'another axis differs', one: [[1, 3]], other: [[1, 4]], isSame: false },
  { name: 'the number of axes differs', one: [[1, 3]], other: [[1, 3, 1]], isSame: false },
  {
    name: 'a second input differs',
    one: [
      [1, 3],
      [1, 3],
    ],
    other: [
      [1, 3],
      [1, 2],
    ],
    isSame: false,
  },
  { name: 'what the one input has the other has', one: [[1, 3], [1]], other: [[1], [1, 3]], isSame: false },
  { name: 'numbers that read alike', one: [[1, 11, 1]], other: [[1, 1, 11]], isSame: false },
  {
    name: 'rows lie along another axis',
    one: [[3, 1]],
    other: [[3, 4]],
    layout: { axisOf: { x0: 1 } },
    isSame: true,
  },
  {
    name: 'rows lie along another axis, and the first one differs',
    one: [[3, 1]],
    other: [[4, 1]],
    layout: { axisOf: { x0: 1 } },
    isSame: false,
  },
  {
    name: 'a padded axis differs',
    one: [[1, 3, 5]],
    other: [[1, 7, 5]],
    layout: { padded: [{ name: 'x0', axes: [1], value: 0 }] },
    isSame: true,
  },
  {
    name: 'an axis beside the padded one differs',
    one: [[1, 3, 5]],
    other: [[1, 3, 6]],
    layout: { padded: [{ name: 'x0', axes: [1], value: 0 }] },
    isSame: false,
  },
];

for (const { name, one, other, layout, isSame } of rows) {
  test(`${name}: ${isSame ? 'together' : 'never together'}`, () => {
    const keyOf = (shapes: Shapes): string =>
      batchKey(
        shapes.map((shape, i) => inputOf(shape, [], `x${i}`)),
        { ...PLAIN_LAYOUT, ...layout },
      );
    assert.equal(keyOf(one) === keyOf(other), isSame);
  });
}
