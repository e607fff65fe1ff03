import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickRunner } from './pick-runner.js';

const rows: [name: string, runners: [freeSlots: number, inFlight: number][], expected: number | null][] = [
  ['nobody is there', [], null],
  ['nobody is free', [[0, 1]], null],
  [
    'the only free one',
    [
      [0, 0],
      [1, 3],
    ],
    1,
  ],
  [
    'the one with less work',
    [
      [2, 2],
      [1, 1],
    ],
    1,
  ],
  [
    'the first of equals',
    [
      [1, 1],
      [1, 1],
    ],
    0,
  ],
];

for (const [name, runners, expected] of rows) {
  test(`pick a runner: ${name}`, () => {
    const list = runners.map(([freeSlots, inFlight]) => ({ freeSlots, inFlight }));
    assert.equal(pickRunner(list), expected === null ? null : list[expected]);
  });
}
