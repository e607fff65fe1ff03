import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuTicks, stealPercent } from '../../bench/machine.js';
import { quantile, quantileOf } from '../../bench/quantile.js';
import { bestRows, between, fitLine, type RunTime } from '../../bench/run-times.js';
import { type Goal, middle, ratios, spread, verdict } from '../../bench/spread.js';

const quantiles: [sorted: number[], q: number, value: number][] = [
  [[], 0.5, 0],
  [[7], 0.99, 7],
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4], 0.51, 3],
  [[1, 2, 3, 4], 0, 1],
  [[1, 2, 3, 4], 1, 4],
  [Array.from({ length: 100 }, (_, i) => i + 1), 0.99, 99],
];
for (const [sorted, q, value] of quantiles)
  test(`quantile ${q} of ${sorted.length} values is ${value}`, () => {
    assert.equal(quantile(sorted, q), value);
  });

test('quantileOf takes values in any order and leaves them so', () => {
  const values = [10, 9, 1];
  assert.equal(quantileOf(values, 0.5), 9);
  assert.deepEqual(values, [10, 9, 1]);
});

const times: readonly RunTime[] = [1, 2, 4, 8].map((rows) => ({ rows, ms: 0.5 * rows + 3 }));

test('the line through points of a line is that line', () => {
  const { alphaMs, tau0Ms } = fitLine(times);
  assert.ok(Math.abs(alphaMs - 0.5) < 1e-9 && Math.abs(tau0Ms - 3) < 1e-9, `${alphaMs} n + ${tau0Ms}`);
});

test('the line is nearer to short runs than to long ones that are as much off', () => {
  const { tau0Ms, alphaMs } = fitLine([...times, { rows: 100, ms: 106 }]);
  assert.ok(Math.abs((alphaMs + tau0Ms) / 3.5 - 1) < 0.15, `${alphaMs} n + ${tau0Ms}`);
});

const betweens: [rows: number, ms: number][] = [
  [1, 10],
  [2, 12],
  [3, 16],
  [4, 20],
  [6, 28],
];
for (const [rows, ms] of betweens)
  test(`a run of ${rows} rows takes ${ms} ms where 1, 2 and 4 take 10, 12 and 20`, () => {
    const measured = [
      { rows: 1, ms: 10 },
      { rows: 2, ms: 12 },
      { rows: 4, ms: 20 },
    ];
    assert.equal(between(measured)(rows), ms);
  });

test('the best batch is the one that gets the most rows done', () => {
  assert.equal(bestRows(times), 8);
  assert.equal(bestRows(times.map(({ rows }) => ({ rows, ms: rows ** 1.1 }))), 1);
});

test('ratios are taken round by round', () => {
  assert.deepEqual(ratios([1, 3], [2, 2]), [0.5, 1.5]);
  assert.equal(spread([0.5, 1.5, 0.9]), '0.90 (0.50-1.50)');
  assert.equal(spread([]), 'void');
  assert.equal(middle([3, 1, 2], 1), '2.0');
  assert.equal(middle([], 1), 'void');
});

const verdicts: [values: number[], goal: Goal, words: string][] = [
  [[], { most: 1 }, 'void'],
  [[0.8, 0.9, 1], { most: 1 }, 'kept'],
  [[1.1, 1.2], { most: 1 }, 'missed'],
  [[0.8, 0.9, 1.1], { most: 1 }, 'kept, not in every round'],
  [[0.9, 1.1, 1.2], { most: 1 }, 'missed, not in every round'],
  [[0.97, 1], { least: 0.97 }, 'kept'],
  [[0.9], { least: 0.97 }, 'missed'],
];
for (const [values, goal, words] of verdicts)
  test(`of ${JSON.stringify(goal)}, ${JSON.stringify(values)} is ${words}`, () => {
    assert.equal(verdict(values, goal), words);
  });

test('stolen time is told in per cent of the time of all CPUs, in which guests do not count twice', () => {
  const before = cpuTicks('cpu  100 0 50 800 0 0 0 10 7 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n');
  const after = cpuTicks('cpu  150 0 60 835 0 0 0 15 57 0\n');
  assert.deepEqual(before, { total: 960, steal: 10 });
  assert.equal(stealPercent(before, after), 5);
  assert.equal(stealPercent(before, before), 0);
});
