/** Pictures into tensors, and tensors into pictures. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asDigit } from '../../web/try/digit.js';
import { numbersOf } from '../../web/try/elements.js';
import { placeOf } from '../../web/try/fit.js';
import { imageLayoutOf } from '../../web/try/image-layout.js';
import { planesOf } from '../../web/try/output-of.js';
import { packImage } from '../../web/try/pack-image.js';
import {
  classPicture,
  colourPicture,
  greyPicture,
  largestPlanes,
  maskPicture,
  planeValues,
  scaleOf,
} from '../../web/try/paint.js';
import { emptyPicture, isOnPaper, type Picture } from '../../web/try/picture.js';
import type { Preprocessing } from '../../web/try/preprocessing.js';

/** Red is the column, green the row, blue 200. */
function ramp(width: number, height: number): Picture {
  const picture = emptyPicture(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    picture.rgba.set([pixel % width, Math.floor(pixel / width), 200, 255], 4 * pixel);
  }
  return picture;
}

const PLAIN: Pick<Preprocessing, 'order' | 'range' | 'invert'> = {
  order: 'RGB',
  range: 'byte',
  invert: false,
};

const packed: [shape: number[], how: Partial<Preprocessing>, at: number, value: number][] = [
  // Row 2, column 5 of 8 by 16 (height by width).
  [[1, 8, 16, 3], {}, (2 * 16 + 5) * 3, 5],
  [[1, 8, 16, 3], {}, (2 * 16 + 5) * 3 + 1, 2],
  [[1, 8, 16, 3], { order: 'BGR' }, (2 * 16 + 5) * 3, 200],
  [[1, 3, 8, 16], {}, 2 * 16 + 5, 5],
  [[1, 3, 8, 16], {}, 128 + 2 * 16 + 5, 2],
  [[1, 3, 8, 16], { order: 'BGR' }, 256 + 2 * 16 + 5, 5],
  [[2, 3, 8, 16], {}, 384 + 128 + 2 * 16 + 5, 2],
  [[1, 8, 16, 4], {}, (2 * 16 + 5) * 4 + 3, 255],
  [[1, 8, 16, 4], { invert: true }, (2 * 16 + 5) * 4 + 3, 255],
  [[8, 16], {}, 2 * 16 + 5, 0.299 * 5 + 0.587 * 2 + 0.114 * 200],
  [[1, 3, 8, 16], { range: 'unit' }, 256, 200 / 255],
  [[1, 3, 8, 16], { range: 'signed' }, 256, 200 / 127.5 - 1],
  [[1, 3, 8, 16], { range: 'signed', invert: true }, 0, 1],
  [[1, 3, 8, 16], { range: 'imagenet' }, 0, -0.485 / 0.229],
  [[1, 3, 8, 16], { range: 'imagenet' }, 256, (200 / 255 - 0.406) / 0.225],
  // Mean and deviation belong to the colour, wherever it stands.
  [[1, 3, 8, 16], { range: 'imagenet', order: 'BGR' }, 0, (200 / 255 - 0.406) / 0.225],
];
for (const [shape, how, at, value] of packed) {
  test(`[${shape}] ${JSON.stringify(how)}: element ${at} is ${value}`, () => {
    const layout = imageLayoutOf(shape);
    assert.ok(layout);
    const bytes = packImage(ramp(16, 8), 'FP32', shape, layout, { ...PLAIN, ...how });
    assert.equal(numbersOf('FP32', bytes)[at], Math.fround(value));
  });
}

test('INT8 has grey values less 128', () => {
  const layout = imageLayoutOf([1, 8, 16, 3]);
  assert.ok(layout);
  const bytes = packImage(ramp(16, 8), 'INT8', [1, 8, 16, 3], layout, { ...PLAIN, range: 'shifted' });
  assert.deepEqual([...numbersOf('INT8', bytes.subarray(0, 3))], [-128, -128, 72]);
});

const places: [resize: Preprocessing['resize'], place: number[]][] = [
  ['fit', [0, 25, 100, 50]],
  ['fill', [-50, 0, 200, 100]],
  ['stretch', [0, 0, 100, 100]],
];
for (const [resize, expected] of places) {
  test(`${resize}: 40 by 20 in 100 by 100`, () => {
    const { x, y, width, height } = placeOf({ width: 40, height: 20 }, { width: 100, height: 100 }, resize);
    assert.deepEqual([x, y, width, height], expected);
  });
}

test('a drawing is scaled to 20 of 28 and centred by its mass', () => {
  const drawing = emptyPicture(280, 280);
  // A bar of 40 by 100, far from the middle.
  for (let y = 10; y < 110; y++) {
    for (let x = 200; x < 240; x++) drawing.rgba.set([255, 255, 255, 255], 4 * (y * 280 + x));
  }
  const digit = asDigit(drawing, 28, 28);
  const rows = new Set<number>();
  const columns = new Set<number>();
  for (let pixel = 0; pixel < 784; pixel++) {
    assert.equal(digit.rgba[4 * pixel + 3], 255);
    if ((digit.rgba[4 * pixel] ?? 0) === 0) continue;
    rows.add(Math.floor(pixel / 28));
    columns.add(pixel % 28);
  }
  assert.deepEqual([Math.min(...rows), Math.max(...rows)], [4, 23]);
  assert.deepEqual([Math.min(...columns), Math.max(...columns)], [10, 17]);
  assert.ok(
    asDigit(emptyPicture(280, 280), 28, 28).rgba.every((value, at) => value === (at % 4 === 3 ? 255 : 0)),
  );
});

test('mass in the middle, not the box', () => {
  const drawing = emptyPicture(100, 100);
  for (let y = 0; y < 100; y++) {
    // Heavy above: 40 wide in the upper half, 4 in the lower.
    for (let x = 0; x < (y < 50 ? 40 : 4); x++) drawing.rgba.set([255, 255, 255, 255], 4 * (y * 100 + x));
  }
  const digit = asDigit(drawing, 28, 28);
  const lit = [...Array(784).keys()].filter((pixel) => (digit.rgba[4 * pixel] ?? 0) > 0);
  assert.ok(Math.floor((lit[0] ?? 0) / 28) > 4, 'it hangs lower than a box in the middle would');
});

test('paper is what has a bright edge', () => {
  const picture = emptyPicture(4, 4);
  assert.equal(isOnPaper(picture), false);
  picture.rgba.fill(255);
  picture.rgba.fill(0, 4 * 5, 4 * 6);
  assert.equal(isOnPaper(picture), true);
});

const BOX = 8;
const SQUARE = { planes: 1, height: BOX, width: BOX, planeStep: 0, rowStep: BOX, columnStep: 1 };

test('planes are found with channels first and last', () => {
  const values = Float64Array.from({ length: 2 * 64 }, (_, index) => index);
  const first = planesOf([1, 2, 8, 8]);
  const last = planesOf([1, 8, 8, 2]);
  assert.ok(first && last);
  assert.equal(planeValues(values, first, 1)[9], 64 + 9);
  assert.equal(planeValues(values, last, 1)[9], 19);
});

test('a mask is opaque where values are large, grey is bright there', () => {
  const values = new Float64Array(64);
  values[1] = 0.5;
  values[2] = Number.NaN;
  const scale = { least: 0, most: 1 };
  const mask = maskPicture(values, SQUARE, scale, [1, 2, 3]);
  assert.deepEqual([...mask.rgba.slice(0, 12)], [1, 2, 3, 0, 1, 2, 3, 128, 1, 2, 3, 0]);
  assert.deepEqual(
    [...greyPicture(values, SQUARE, scale).rgba.slice(0, 8)],
    [0, 0, 0, 255, 128, 128, 128, 255],
  );
});

test('three planes are a picture in colour', () => {
  const planes = planesOf([1, 3, 8, 8]);
  assert.ok(planes);
  const values = Float64Array.from({ length: 192 }, (_, index) => Math.floor(index / 64) / 2);
  assert.deepEqual(
    [...colourPicture(values, planes, { least: 0, most: 1 }).rgba.slice(0, 4)],
    [0, 128, 255, 255],
  );
});

test('the largest plane is the class, and class 0 has no colour', () => {
  const planes = planesOf([1, 3, 8, 8]);
  assert.ok(planes);
  const values = new Float64Array(192);
  values[128 + 4] = 1;
  const classes = largestPlanes(values, planes);
  assert.equal(classes[4], 2);
  const picture = classPicture(classes, planes, [
    [9, 9, 9],
    [7, 7, 7],
  ]);
  assert.deepEqual([...picture.rgba.slice(12, 20)], [0, 0, 0, 0, 7, 7, 7, 255]);
});

const scales: [values: number[], datatype: 'FP32' | 'UINT8', least: number, most: number][] = [
  [[0.1, 0.9], 'FP32', 0, 1],
  [[-3, 5], 'FP32', -3, 5],
  [[7, 7], 'FP32', 7, 8],
  [[0, 40], 'UINT8', 0, 255],
  [[0, 1], 'UINT8', 0, 1],
  [[0, 0.001], 'FP32', 0, 0.001],
  [[Number.NaN], 'FP32', 0, 1],
];
for (const [values, datatype, least, most] of scales) {
  test(`${datatype} [${values}] from ${least} to ${most}`, () => {
    assert.deepEqual(scaleOf(values, datatype), { least, most });
  });
}
