import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ending, MAX_CRASHES, type NextStart, nextStart, SOUND_MS } from './next-start.js';

const CRASH: Ending = {
  code: null,
  signal: 'SIGSEGV',
  silentMs: null,
  livedMs: 100,
  crashes: 0,
  hasServed: true,
};

const start = (delayMs: number, crashes: number): NextStart => ({ kind: 'start', delayMs, crashes });
const end = (status: number, why: 'done' | 'never-served' | 'crashes'): NextStart => ({
  kind: 'end',
  status,
  why,
});

const CASES: readonly [what: string, ending: Partial<Ending>, next: NextStart][] = [
  ['the first crash is mended at once', {}, start(0, 1)],
  ['the second waits', { crashes: 1 }, start(1000, 2)],
  ['the third waits twice as long', { crashes: 2 }, start(2000, 3)],
  ['the sixth', { crashes: 5 }, start(16_000, 6)],
  ['half a minute is the longest wait', { crashes: 7 }, start(30_000, 8)],
  ['the last attempt', { crashes: MAX_CRASHES - 2 }, start(30_000, MAX_CRASHES - 1)],
  ['too many in a row', { crashes: MAX_CRASHES - 1 }, end(139, 'crashes')],
  ['a long life makes the row begin anew', { crashes: MAX_CRASHES - 1, livedMs: SOUND_MS }, start(0, 1)],
  ['a life that is almost long does not', { crashes: 3, livedMs: SOUND_MS - 1 }, start(4000, 4)],
  ['status 0 is a wish', { code: 0, signal: null }, end(0, 'done')],
  ['a status of its own, once it has served', { code: 1, signal: null }, start(0, 1)],
  ['wrong options', { code: 2, signal: null, hasServed: false }, end(2, 'never-served')],
  ['a port that is taken', { code: 1, signal: null, hasServed: false }, end(1, 'never-served')],
  ['a crash while the first models load', { hasServed: false }, start(0, 1)],
  ['a hang', { signal: 'SIGKILL', silentMs: 30_000 }, start(0, 1)],
];

for (const [what, ending, next] of CASES) {
  test(`what follows the end of a server: ${what}`, () => {
    assert.deepEqual(nextStart({ ...CRASH, ...ending }), next);
  });
}
