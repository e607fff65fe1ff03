import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WeightSharing } from './engine-settings.js';
import { LEAST_SHARED_BYTES, weightsToShare } from './share-weights.js';

type Expected = 'own weights' | 'a copy that is there' | 'a copy, made if need be';

const LARGE = LEAST_SHARED_BYTES;
const rows: [
  server: WeightSharing,
  wished: WeightSharing | null,
  bytes: number,
  instances: number,
  expected: Expected,
][] = [
  ['auto', null, LARGE, 4, 'a copy, made if need be'],
  ['auto', null, LARGE, 1, 'a copy that is there'],
  ['auto', null, LARGE - 1, 4, 'own weights'],
  ['always', null, LARGE, 1, 'a copy, made if need be'],
  ['always', null, LARGE - 1, 1, 'own weights'],
  ['off', null, LARGE, 4, 'own weights'],
  ['off', 'auto', LARGE, 4, 'a copy, made if need be'],
  ['auto', 'off', LARGE, 4, 'own weights'],
  ['auto', 'always', LARGE, 1, 'a copy, made if need be'],
];

for (const [mode, wished, modelBytes, instances, expected] of rows) {
  test(`server ${mode}, model ${wished ?? 'unsaid'}, ${modelBytes} bytes, ${instances} instances: ${expected}`, () => {
    const weights = weightsToShare({ wished, modelBytes, instances }, { mode, folder: '/f', maxBytes: 1 });
    const made = weights?.mayMake ? 'a copy, made if need be' : 'a copy that is there';
    assert.equal(weights === null ? 'own weights' : made, expected);
  });
}

test('nothing is shared where no server says how', () => {
  assert.equal(weightsToShare({ wished: 'always', modelBytes: LARGE, instances: 2 }, null), null);
});
