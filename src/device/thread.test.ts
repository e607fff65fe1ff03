import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import type { SessionData } from '#worker/messages.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { EngineThread } from './thread.js';

const MOODY = new URL('../../test/support/moody-worker.js', import.meta.url);

const dataOf = (path: string): SessionData => ({ artifact: { path }, options: PLAIN_OPTIONS });
const named = (name: string): Tensor[] => [
  { name, datatype: 'UINT8', shape: [1], data: new Uint8Array([3]) },
];

async function threadOf(t: TestContext) {
  const thread = new EngineThread(MOODY);
  const [one, other] = [thread.open(dataOf('one')), thread.open(dataOf('other'))];
  await Promise.all([one.loaded, other.loaded]);
  t.after(() => Promise.all([one.close(), other.close()]));
  return { thread, one, other };
}

test('sessions of one thread have answers of their own', async (t) => {
  const { one, other } = await threadOf(t);
  const [a, b] = await Promise.all([one.run(named('a'), []), other.run(named('b'), [])]);
  assert.deepEqual([a.outputs[0]?.name, b.outputs[0]?.name], ['a', 'b']);
});

test('a session that is closed leaves its neighbour running; the last one ends the thread', async (t) => {
  const { thread, one, other } = await threadOf(t);
  const [late, before] = [one.run(named('late'), []), other.run(named('before'), [])];
  await one.close();
  assert.equal((await late).outputs.length, 1, 'what was in flight has been answered');
  assert.deepEqual([thread.isEnding, await one.ended], [false, null]);
  await before;
  assert.equal((await other.run(named('after'), [])).outputs.length, 1);
  await other.close();
  await thread.ended;
});

test('a session that cannot be opened disturbs nobody', async (t) => {
  const { thread, one } = await threadOf(t);
  const refused = thread.open(dataOf('refuses'));
  await assert.rejects(refused.loaded, { message: 'no such model' });
  assert.deepEqual([refused.hasEnded, await refused.ended], [true, null]);
  assert.equal((await one.run(named('x'), [])).outputs.length, 1);
});

test('one that was alone and cannot be opened takes the thread along', async () => {
  const thread = new EngineThread(MOODY);
  await assert.rejects(thread.open(dataOf('refuses')).loaded, { message: 'no such model' });
  await thread.ended;
  assert.equal(thread.isEnding, true);
});

test('a thread that dies fails the runs of all its sessions, and says so to each', async (t) => {
  const { one, other } = await threadOf(t);
  const outcomes = await Promise.allSettled([one.run(named('exit'), []), other.run(named('hold'), [])]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const reason = 'it ended with status 7';
  assert.deepEqual([await one.ended, await other.ended], [reason, reason]);
  await assert.rejects(other.run(named('x'), []), { message: `the engine thread died: ${reason}` });
});
