import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OfferedVersion, PLAIN_BATCHING, PLAIN_QUEUE } from './offer.js';
import { schedulingOf } from './scheduling-of.js';

type Said = Parameters<typeof schedulingOf>[0];

const plain: Said = {
  batching: PLAIN_BATCHING,
  queue: { ...PLAIN_QUEUE, maxSize: null },
  sequence: null,
  ensemble: null,
};
const sequence: OfferedVersion['sequence'] = {
  maxIdleMs: 1,
  strategy: { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 },
  controls: [],
  states: [],
};

const cases: [title: string, said: Partial<Said>, maxBatchSize: number, kind: string][] = [
  ['a model with an axis for batches', {}, 8, 'batches'],
  ['a model without one', {}, 0, 'none'],
  ['batching that is off', { batching: { ...PLAIN_BATCHING, isOn: false } }, 8, 'none'],
  ['sequences', { sequence }, 8, 'sequences'],
  ['sequences without an axis for batches', { sequence }, 0, 'sequences'],
  ['an ensemble', { ensemble: [] }, 8, 'ensemble'],
];

for (const [title, said, maxBatchSize, kind] of cases) {
  test(`${title}: ${kind}`, () => assert.equal(schedulingOf({ ...plain, ...said }, maxBatchSize).kind, kind));
}
