import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterReload, NO_RELOADS } from './reload-count.js';

test('a reload that fails leaves the time of the last good one', () => {
  const good = afterReload(NO_RELOADS, true, 5);
  const bad = afterReload(good, false, 9);
  assert.deepEqual(good, { succeeded: 1, failed: 0, lastSuccessMs: 5, isLastGood: true });
  assert.deepEqual(bad, { succeeded: 1, failed: 1, lastSuccessMs: 5, isLastGood: false });
  assert.deepEqual(afterReload(bad, true, 11), {
    succeeded: 2,
    failed: 1,
    lastSuccessMs: 11,
    isLastGood: true,
  });
});
