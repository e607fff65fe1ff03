import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost } from './at-most.js';

const NEVER = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('so many are done at a time, and their results are in the order of the items', async () => {
  let inside = 0;
  let most = 0;
  const results = await atMost(2, [5, 1, 3, 0], NEVER, async (turns) => {
    most = Math.max(most, ++inside);
    for (let i = 0; i < turns; i++) await turn();
    inside--;
    return turns * 10;
  });
  assert.deepEqual([results, most], [[50, 10, 30, 0], 2]);
});

test('a failure stops the others, and no more begin', async () => {
  const begun: number[] = [];
  const stopped: number[] = [];
  const act = async (item: number, signal: AbortSignal): Promise<void> => {
    begun.push(item);
    if (item === 1) throw new Error('no');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    stopped.push(item);
  };
  await assert.rejects(atMost(2, [0, 1, 2, 3], NEVER, act), /no/);
  assert.deepEqual([begun, stopped], [[0, 1], [0]]);
});

test('who leaves is not answered with half of the results', async () => {
  const leaving = new AbortController();
  const leave = async (): Promise<void> => leaving.abort(new Error('not any more'));
  await assert.rejects(atMost(1, [0, 1], leaving.signal, leave), /not any more/);
});
