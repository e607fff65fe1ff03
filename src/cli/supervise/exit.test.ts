import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Exit, exitStatus, exitText } from './exit.js';

const NONE: Exit = { code: null, signal: null, silentMs: null };

const CASES: readonly [exit: Partial<Exit>, text: RegExp, status: number][] = [
  [{ code: 0 }, /^ended with status 0$/, 0],
  [{ code: 7 }, /^ended with status 7$/, 7],
  [{ signal: 'SIGKILL' }, /^was ended by SIGKILL \(out of memory\?\)$/, 137],
  [{ signal: 'SIGSEGV' }, /^was ended by SIGSEGV \(a fault in native code\)$/, 139],
  [{ signal: 'SIGABRT' }, /memory was full/, 134],
  [{ signal: 'SIGTERM' }, /^was ended by SIGTERM$/, 143],
  [{ signal: 'SIGKILL', silentMs: 1500 }, /^gave no sign of life for 1.5 s and was ended$/, 137],
];

for (const [exit, text, status] of CASES) {
  test(`an end in words: ${JSON.stringify(exit)}`, () => {
    assert.match(exitText({ ...NONE, ...exit }), text);
    assert.equal(exitStatus({ ...NONE, ...exit }), status);
  });
}
