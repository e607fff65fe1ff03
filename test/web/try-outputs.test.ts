/** How outputs are shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype } from '../../web/try/datatype.js';
import { labelsOf } from '../../web/try/label-texts.js';
import { type OutputView, planesOf, scoreRowsOf, tableOf, viewsOf } from '../../web/try/output-of.js';
import { areLogits, barsOf, ranked, softmax } from '../../web/try/scores.js';

const views: [Datatype, shape: number[], modelShape: number[], OutputView[]][] = [
  ['UINT8', [1, 10], [1, 10], ['bars', 'table', 'raw']],
  ['FP32', [3, 3], [-1, 3], ['bars', 'table', 'raw']],
  ['FP32', [1, 1001, 1, 1], [-1, 1001, 1, 1], ['bars', 'raw', 'table']],
  ['FP32', [10], [10], ['bars', 'table', 'raw']],
  ['INT64', [3], [-1], ['table', 'raw']],
  ['FP32', [1], [-1], ['table', 'raw']],
  ['FP32', [], [], ['table', 'raw']],
  ['FP32', [1, 256, 256, 1], [1, 256, 256, 1], ['picture', 'raw', 'table']],
  ['FP32', [1, 64, 56, 56], [-1, 64, 56, 56], ['picture', 'table', 'raw']],
  ['FP32', [1, 896, 16], [1, 896, 16], ['table', 'raw']],
  ['BYTES', [2], [-1], ['text', 'raw']],
  ['BOOL', [1, 4], [1, 4], ['table', 'raw']],
];
for (const [datatype, shape, modelShape, expected] of views) {
  test(`${datatype} [${shape}] is shown as ${expected[0]}`, () => {
    assert.deepEqual(viewsOf(datatype, shape, modelShape), expected);
  });
}

const planes: [shape: number[], planes: number | null, height?: number, width?: number][] = [
  [[1, 256, 256, 1], 1, 256, 256],
  [[1, 1, 256, 200], 1, 256, 200],
  [[1, 21, 65, 65], 21, 65, 65],
  [[1, 65, 65, 21], 21, 65, 65],
  [[1, 512, 14, 14], 512, 14, 14],
  [[1, 14, 14, 512], 512, 14, 14],
  [[1, 3, 480, 640], 3, 480, 640],
  [[1, 480, 640, 3], 3, 480, 640],
  [[1, 28, 28], 1, 28, 28],
  [[28, 28], 1, 28, 28],
  [[1, 10], null],
  [[1, 896, 16], null],
  [[10], null],
];
for (const [shape, count, height, width] of planes) {
  test(`planes of [${shape}]: ${count}`, () => {
    const found = planesOf(shape);
    assert.deepEqual(
      found === null ? [null] : [found.planes, found.height, found.width],
      count === null ? [null] : [count, height, width],
    );
  });
}

test('rows of scores, and tables of anything', () => {
  assert.deepEqual(scoreRowsOf([2, 1, 1, 5], [-1, 1, 1, 5]), { rows: 2, classes: 5 });
  assert.equal(scoreRowsOf([2, 3, 4], [-1, 3, 4]), null);
  assert.deepEqual(tableOf([2, 3, 4]), { rows: 6, columns: 4 });
  assert.deepEqual(tableOf([5]), { rows: 5, columns: 1 });
  assert.deepEqual(tableOf([5, 1]), { rows: 5, columns: 1 });
  assert.deepEqual(tableOf([1, 5]), { rows: 1, columns: 5 });
  assert.deepEqual(tableOf([]), { rows: 1, columns: 1 });
});

const bars: [values: number[], Datatype, shares: number[]][] = [
  [[0.25, 0.75], 'FP32', [0.25, 0.75]],
  [[0, 255, 51], 'UINT8', [0, 1, 0.2]],
  [[-1, 0, 3], 'FP32', [0, 0.25, 1]],
  [[10, 5], 'INT32', [1, 0.5]],
  [[0, 0], 'INT32', [0, 0]],
  [[Number.NaN, 1, 0], 'FP32', [0, 1, 0]],
];
for (const [values, datatype, shares] of bars) {
  test(`bars of ${datatype} [${values}]`, () => {
    assert.deepEqual(
      barsOf(values, datatype).map(({ share }) => share),
      shares,
    );
  });
}

test('the largest is first, of equal ones the lower position, and NaN is last', () => {
  const order = ranked(barsOf([Number.NaN, 1, 3, 3], 'FP32')).map(({ position }) => position);
  assert.deepEqual(order, [2, 3, 1, 0]);
});

test('softmax is offered for what are no probabilities', () => {
  assert.equal(areLogits([0.2, 0.8], 'FP32'), false);
  assert.equal(areLogits([2, -1], 'FP32'), true);
  assert.equal(areLogits([0.2, 0.2], 'FP32'), true);
  assert.equal(areLogits([0, 255], 'UINT8'), false);
  assert.deepEqual(softmax([1000, 1000]), [0.5, 0.5]);
});

test('labels are read from what classification answers', () => {
  assert.deepEqual(labelsOf(['0.9:2:a: b', '0.1:0:zero', 'x'], 3), ['zero', '', 'a: b']);
  assert.deepEqual(labelsOf(['0.9:1'], 2), ['', '']);
  assert.deepEqual(labelsOf(['0.9:9:far'], 2), ['', '']);
});
