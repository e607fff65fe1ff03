import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bands, barBoxes } from '../../web/plots/bar-boxes.js';
import { linePath } from '../../web/plots/line-path.js';

const box = { left: 0, top: 0, width: 100, height: 100 };

test('a line is broken where there is no value', () => {
  const points = [0, 0.5, null, 1, 0.5].map((part, at) => ({ place: at / 10, part }));
  assert.equal(linePath(points, box), 'M0 100L10 50M30 0L40 50');
});

test('a value that stands alone is a dash', () => {
  const points = [null, 0.5, null].map((part, at) => ({ place: at / 10, part }));
  assert.equal(linePath(points, box), 'M8.5 50h3');
});

test('a line without values is no line', () => {
  assert.equal(linePath([], box), '');
  assert.equal(linePath([{ place: 0, part: null }], box), '');
});

test('bars stand on each other, and end with the plot', () => {
  assert.deepEqual(barBoxes(0.5, 0.2, [0.25, null, 0.5, 0.5, 0.5], box), [
    { x: 40, y: 75, width: 20, height: 25 },
    { x: 40, y: 75, width: 20, height: 0 },
    { x: 40, y: 25, width: 20, height: 50 },
    { x: 40, y: 0, width: 20, height: 25 },
    { x: 40, y: 0, width: 20, height: 0 },
  ]);
});

test('a bar is never thinner than can be seen', () => {
  assert.equal(barBoxes(0.5, 0.001, [1], box)[0]?.width, 1);
});

test('bars share the axis evenly', () => {
  assert.deepEqual(bands(4), { places: [0.125, 0.375, 0.625, 0.875], breadth: 0.2 });
  assert.deepEqual(bands(0).places, []);
});
