import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deathCause, processDeath } from './process-death.js';

const cases = [
  [7, null, 'it ended with status 7', 'crash'],
  [71, null, 'its engine got no memory', 'crash'],
  [null, 'SIGKILL', 'it was killed by SIGKILL (out of memory?)', 'killed'],
  [null, 'SIGSEGV', 'it was killed by SIGSEGV (a fault in native code)', 'crash'],
  [null, 'SIGABRT', 'it was killed by SIGABRT (native code gave up)', 'crash'],
  [null, 'SIGTERM', 'it was killed by SIGTERM', 'killed'],
  [null, 'SIGUSR2', 'it was killed by SIGUSR2', 'killed'],
] as const;

for (const [status, signal, expected, cause] of cases) {
  test(expected, () => {
    assert.equal(processDeath(status, signal), expected);
    assert.equal(deathCause(signal), cause);
  });
}
