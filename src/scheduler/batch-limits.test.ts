import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchCost } from './batch-cost.js';
import { batchLimits, type LaneLoad, runRowsOf } from './batch-limits.js';
import type { BatchLimits } from './next-move.js';
import { type BatchingOptions, PLAIN_BATCHING } from './options.js';

const MIB = 1024 * 1024;

/** Runs of 1 to 16 rows were measured, and those of 8 make the best use of the engine. */
function learned(): BatchCost {
  const cost = new BatchCost();
  for (const [rows, ms] of [
    [1, 10],
    [2, 12],
    [4, 16],
    [8, 24],
    [16, 50],
  ] as const) {
    for (let run = 0; run < 4; run++) cost.observe(rows, ms);
  }
  return cost;
}

interface Row {
  readonly name: string;
  readonly options?: Partial<BatchingOptions>;
  readonly load?: Partial<LaneLoad>;
  readonly limits: BatchLimits;
}

const alone: BatchLimits = { mostRows: 1, preferredRows: [], maxDelayMs: 0 };

const rows: Row[] = [
  { name: 'batching is off', options: { isOn: false }, limits: alone },
  { name: 'the model has no batch axis', options: { maxRows: 0 }, limits: alone },
  { name: 'the model takes one row', options: { maxRows: 1 }, limits: alone },
  { name: 'they were seen not to run together', load: { canBatch: false }, limits: alone },
  {
    name: 'nothing set and nothing known: one row is tried first',
    limits: { mostRows: 1, preferredRows: [], maxDelayMs: null },
  },
  {
    name: 'nothing set: as many rows as what was learned makes worth it',
    load: { cost: learned() },
    limits: { mostRows: 8, preferredRows: [], maxDelayMs: null },
  },
  {
    name: 'what the model takes is less',
    options: { maxRows: 4 },
    load: { cost: learned() },
    limits: { mostRows: 4, preferredRows: [], maxDelayMs: null },
  },
  {
    name: 'a set delay: as large as the model takes, whatever it is worth',
    options: { maxDelayMs: 5 },
    limits: { mostRows: 32, preferredRows: [], maxDelayMs: 5 },
  },
  {
    name: 'set sizes: no delay but a set one',
    options: { preferredRows: [4, 8] },
    limits: { mostRows: 32, preferredRows: [4, 8], maxDelayMs: 0 },
  },
  {
    name: 'the inputs of a run stay below 64 MiB',
    options: { maxDelayMs: 5 },
    load: { rowBytes: 10 * MIB },
    limits: { mostRows: 6, preferredRows: [], maxDelayMs: 5 },
  },
  {
    name: 'one row goes however large it is',
    options: { maxDelayMs: 5 },
    load: { rowBytes: 100 * MIB },
    limits: { mostRows: 1, preferredRows: [], maxDelayMs: 5 },
  },
  {
    name: 'only some sizes run: what would be padding may as well be rows',
    options: { allowedRows: [3, 12, 32] },
    load: { cost: learned() },
    limits: { mostRows: 12, preferredRows: [], maxDelayMs: null },
  },
];

for (const { name, options, load, limits } of rows) {
  test(name, () => {
    const known = { cost: new BatchCost(), rows: 32, rowBytes: 4, canBatch: true, ...load };
    assert.deepEqual(batchLimits({ ...PLAIN_BATCHING, maxRows: 32, ...options }, known), limits);
  });
}

test('a run is filled up to the next size that the model runs at', () => {
  const allowed = [1, 4, 8];
  const filled = [1, 2, 4, 5, 8, 9].map((each) => runRowsOf(each, allowed));
  assert.deepEqual(filled, [1, 4, 4, 8, 8, 9]);
  assert.equal(runRowsOf(5, []), 5);
});
