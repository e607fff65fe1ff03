import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundWords, eachRound, intervalWords, verdictOf } from '../../bench/goals/goal.js';
import { page } from '../../bench/goals/page.js';
import { same } from '../../bench/rivals/answers.js';
import type { Block } from '../../bench/side-by-side.js';
import type { Goal } from '../../bench/spread.js';

const verdicts: [low: number, middle: number, high: number, goal: Goal, words: string][] = [
  [0.98, 0.99, 1, { least: 0.97 }, 'kept'],
  [0.96, 0.98, 1, { least: 0.97 }, 'kept, not for certain'],
  [0.9, 0.96, 0.98, { least: 0.97 }, 'missed, not for certain'],
  [0.9, 0.95, 0.96, { least: 0.97 }, 'missed'],
  [0.1, 0.2, 0.3, { most: 0.3 }, 'kept'],
  [0.1, 0.2, 0.31, { most: 0.3 }, 'kept, not for certain'],
  [0.4, 0.5, 0.6, { most: 0.3 }, 'missed'],
];
for (const [low, middle, high, goal, words] of verdicts)
  test(`${middle} (${low}-${high}) against ${boundWords(goal)} is ${words}`, () => {
    assert.equal(verdictOf({ low, middle, high }, goal), words);
  });

test('an interval is told with as many digits as mean something', () => {
  assert.equal(intervalWords([0.5]), '0.50 (0.50-0.50)');
  assert.equal(intervalWords([0.0123], 'ns'), '0.0123 (0.0123-0.0123) ns');
  assert.equal(intervalWords([1234.5], 'us'), '1235 (1235-1235) us');
  assert.equal(intervalWords([]), 'void');
});

const block = (perSecond: number): Block => ({
  perSecond,
  cpuMicros: 0,
  loadCpuMicros: 0,
  p50Ms: 0,
  p99Ms: 0,
  p999Ms: 0,
});

test('ratios are those of blocks of the same round, and a name that nobody has is a fault', () => {
  const blocks = { ours: [block(1), block(9)], bare: [block(2), block(3)] };
  assert.deepEqual(
    eachRound(blocks, (of) => of('ours').perSecond / of('bare').perSecond),
    [0.5, 3],
  );
  assert.throws(() => eachRound(blocks, (of) => of('echo').perSecond), /echo was not measured/);
});

test('a line of the page says goal, bound, measurement and whether it is kept', () => {
  const row = {
    goal: 'half as much',
    scenario: 'Offline',
    rounds: [0.4, 0.4],
    bound: { most: 0.5 },
  } as const;
  const text = page({ rows: [row], figures: [] }, ['- here'], false);
  assert.match(text, /\| half as much \| +Offline \| +<= 0\.5 \| +0\.40 \(0\.40-0\.40\) \| +kept \|/);
  assert.ok(!text.includes('Beside them'), text);
});

test('answers are the same within what rounding makes of them', () => {
  same(Float32Array.of(1, 1000.0001), Float32Array.of(1.0001, 1000));
  assert.throws(() => same(Float32Array.of(1, 2), Float32Array.of(1, 2.1)), /answered with 2 at 1/);
  assert.throws(() => same(Float32Array.of(Number.NaN), Float32Array.of(1)), /NaN at 0/);
  assert.throws(() => same(Float32Array.of(1), Float32Array.of(1, 2)), /with 1 numbers/);
});
