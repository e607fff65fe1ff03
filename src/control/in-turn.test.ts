import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { InTurn } from './in-turn.js';

test('what is asked of one name waits for what was asked before, also where that failed; other names do not', async () => {
  const turns = new InTurn();
  const told: string[] = [];
  const first = deferred<void>();
  const failed = turns.of('a', async () => {
    await first.promise;
    told.push('a1');
    throw new Error('not this one');
  });
  const second = turns.of('a', async () => void told.push('a2'));
  await turns.of('b', async () => void told.push('b'));
  assert.deepEqual(told, ['b']);
  first.resolve();
  await assert.rejects(failed, /not this one/);
  await second;
  assert.deepEqual(told, ['b', 'a1', 'a2']);
});

test('of what is to be alone one begins when the other has ended, well or not', async () => {
  const turns = new InTurn();
  const told: string[] = [];
  const first = deferred<void>();
  const failed = turns.alone(async () => {
    await first.promise;
    told.push('first');
    throw new Error('not this one');
  });
  const second = turns.alone(async () => {
    told.push('second');
    return 2;
  });
  first.resolve();
  await assert.rejects(failed, /not this one/);
  assert.equal(await second, 2);
  assert.deepEqual(told, ['first', 'second']);
});
