import assert from 'node:assert/strict';
import { test } from 'node:test';
import { across, minuteTicks, nearestPlace, niceCeiling, ticksUpTo, upward } from '../../web/plots/scale.js';

const box = { left: 50, top: 10, width: 200, height: 100 };

const ceilings: readonly (readonly [value: number, ceiling: number])[] = [
  [0, 1],
  [-3, 1],
  [Number.NaN, 1],
  [Number.POSITIVE_INFINITY, 1],
  [0.03, 0.05],
  [0.1, 0.1],
  [1, 1],
  [1.01, 2],
  [178, 200],
  [200, 200],
  [201, 500],
  [501, 1000],
];
for (const [value, ceiling] of ceilings) {
  test(`an axis for ${value} reaches up to ${ceiling}`, () => {
    assert.equal(niceCeiling(value), ceiling);
  });
}

test('lines stand at round numbers, from nought to the ceiling', () => {
  const textOf = String;
  assert.deepEqual(
    [1, 20, 500].map((ceiling) => ticksUpTo(ceiling, textOf).map(({ text }) => text)),
    [
      ['0', '0.2', '0.4', '0.6', '0.8', '1'],
      ['0', '5', '10', '15', '20'],
      ['0', '100', '200', '300', '400', '500'],
    ],
  );
  assert.deepEqual(
    ticksUpTo(20, textOf).map(({ at }) => at),
    [0, 0.25, 0.5, 0.75, 1],
  );
});

test('the vertical axis grows upwards', () => {
  assert.deepEqual([upward(box, 0), upward(box, 1), across(box, 0), across(box, 1)], [110, 10, 50, 250]);
  assert.equal(across(box, 1 / 3), 116.7);
});

test('whole minutes are marked, and only those in between', () => {
  assert.deepEqual(minuteTicks(90_000, 210_000, String), [
    { at: 0.25, text: '120000' },
    { at: 0.75, text: '180000' },
  ]);
  assert.deepEqual(minuteTicks(60_000, 120_000, String), [
    { at: 0, text: '60000' },
    { at: 1, text: '120000' },
  ]);
});

test('the nearest place is found wherever the places are', () => {
  assert.equal(nearestPlace([0.1, 0.5, 0.9], 0.69), 1);
  assert.equal(nearestPlace([0.1, 0.5, 0.9], 2), 2);
  assert.equal(nearestPlace([0.9, 0.1], -1), 1);
  assert.equal(nearestPlace([], 0.5), -1);
});
