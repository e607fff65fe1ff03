import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BatchingOptions, PLAIN_BATCHING } from './options.js';
import type { SequenceStrategy } from './sequence-options.js';
import { sequenceBatching, slotsOf } from './sequence-slots.js';

const direct: SequenceStrategy = { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 };
const oldest: SequenceStrategy = {
  kind: 'oldest',
  maxCandidates: 3,
  preferredRows: [4],
  maxDelayMs: 2,
  preserveOrdering: true,
};

const slots: readonly [strategy: SequenceStrategy, modelSlots: number, expected: number][] = [
  [direct, 8, 8],
  [direct, 0, 1],
  [oldest, 8, 3],
  [{ ...oldest, maxCandidates: 0 }, 8, 1],
];

for (const [strategy, modelSlots, expected] of slots) {
  test(`${strategy.kind} on ${modelSlots} slots serves ${expected} sequences at a time`, () => {
    assert.equal(slotsOf(strategy, modelSlots), expected);
  });
}

const given: BatchingOptions = {
  ...PLAIN_BATCHING,
  isOn: false,
  maxRows: 8,
  preferredRows: [2],
  maxDelayMs: 9,
};

const batchings: readonly [strategy: SequenceStrategy, expected: Partial<BatchingOptions>][] = [
  [direct, { preferredRows: [], maxDelayMs: 0 }],
  [
    { ...direct, maxDelayMs: 5, minSlotUtilization: 0.6 },
    { preferredRows: [5], maxDelayMs: 5 },
  ],
  [
    { ...direct, minSlotUtilization: 1 },
    { preferredRows: [8], maxDelayMs: 0 },
  ],
  [oldest, { preferredRows: [4], maxDelayMs: 2, preserveOrdering: true }],
];

for (const [strategy, expected] of batchings) {
  test(`requests become batches as ${JSON.stringify(strategy)} says`, () => {
    assert.deepEqual(sequenceBatching(strategy, given), { ...given, isOn: true, ...expected });
  });
}
