import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processDeath } from './process-death.js';

const cases = [
  [7, null, 'it ended with status 7'],
  [null, 'SIGKILL', 'it was killed by SIGKILL (out of memory?)'],
  [null, 'SIGSEGV', 'it was killed by SIGSEGV (a fault in native code)'],
  [null, 'SIGABRT', 'it was killed by SIGABRT (native code gave up)'],
  [null, 'SIGUSR2', 'it was killed by SIGUSR2'],
] as const;

for (const [status, signal, expected] of cases) {
  test(expected, () => assert.equal(processDeath(status, signal), expected));
}
