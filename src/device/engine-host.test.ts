import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import type { SessionData } from '#worker/messages.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { EngineHost } from './engine-host.js';
import { processWall } from './process-wall.js';
import { threadWall } from './thread-wall.js';

const THREAD = new URL('../../test/support/moody-worker.js', import.meta.url);
const PROCESS = new URL('../../test/support/moody-process.js', import.meta.url);

const dataOf = (path: string): SessionData => ({ artifact: { path }, options: PLAIN_OPTIONS });
const named = (name: string, bytes = 1): Tensor[] => [
  { name, datatype: 'UINT8', shape: [bytes], data: new Uint8Array(bytes).fill(3) },
];

const walls = {
  thread: () => new EngineHost(threadWall(THREAD)),
  process: () => new EngineHost(processWall('furiosa-engine test', PROCESS)),
};

for (const [kind, start] of Object.entries(walls)) {
  async function hostOf(t: TestContext) {
    const host = start();
    const [one, other] = [host.open(dataOf('one')), host.open(dataOf('other'))];
    await Promise.all([one.loaded, other.loaded]);
    t.after(() => Promise.all([one.close(), other.close()]));
    return { host, one, other };
  }

  test(`sessions of one ${kind} have answers of their own`, async (t) => {
    const { one, other } = await hostOf(t);
    const [a, b] = await Promise.all([one.run(named('a'), []), other.run(named('b'), [])]);
    assert.deepEqual([a.outputs[0]?.name, b.outputs[0]?.name], ['a', 'b']);
  });

  test(`tensors of every size come back from a ${kind} as they were`, async (t) => {
    const { one } = await hostOf(t);
    const sizes = [0, 1, 4096, 100_000, 3_000_000];
    const inputs = sizes.flatMap((bytes) => named(`of ${bytes}`, bytes));
    const wanted = inputs.map((tensor) => ({ ...tensor, data: [...tensor.data].join() }));
    const { outputs } = await one.run(inputs, []);
    assert.deepEqual(
      outputs.map((tensor) => ({ ...tensor, data: [...tensor.data].join() })),
      wanted,
    );
  });

  test(`a session that is closed leaves its neighbour running; the last one ends the ${kind}`, async (t) => {
    const { host, one, other } = await hostOf(t);
    const [late, before] = [one.run(named('late'), []), other.run(named('before'), [])];
    await one.close();
    assert.equal((await late).outputs.length, 1, 'what was in flight has been answered');
    assert.deepEqual([host.isEnding, await one.ended], [false, null]);
    await before;
    assert.equal((await other.run(named('after'), [])).outputs.length, 1);
    await other.close();
    await host.ended;
  });

  test(`a session that cannot be opened in a ${kind} disturbs nobody`, async (t) => {
    const { host, one } = await hostOf(t);
    const refused = host.open(dataOf('refuses'));
    await assert.rejects(refused.loaded, { message: 'no such model' });
    assert.deepEqual([refused.hasEnded, await refused.ended], [true, null]);
    assert.equal((await one.run(named('x'), [])).outputs.length, 1);
  });

  test(`one that was alone and cannot be opened takes the ${kind} along`, async () => {
    const host = start();
    await assert.rejects(host.open(dataOf('refuses')).loaded, { message: 'no such model' });
    await host.ended;
    assert.equal(host.isEnding, true);
  });

  test(`a ${kind} that dies fails the runs of all its sessions, and says so to each`, async (t) => {
    const { one, other } = await hostOf(t);
    const outcomes = await Promise.allSettled([one.run(named('exit'), []), other.run(named('hold'), [])]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    const reason = 'it ended with status 7';
    assert.deepEqual([await one.ended, await other.ended], [reason, reason]);
    await assert.rejects(other.run(named('x'), []), { message: `the engine ${kind} died: ${reason}` });
  });

  test(`of the runs in a ${kind} that dies only the first of a session is a suspect`, async (t) => {
    const { one } = await hostOf(t);
    const answered = one.run(named('good'), []);
    const runs = [one.run(named('exit'), []), one.run(named('good'), [])];
    const outcomes = await Promise.allSettled(runs);
    assert.equal((await answered).outputs.length, 1);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.suspicion),
      ['suspect', null],
    );
  });
}

test('what a process was given can be given to the next one', async () => {
  const session = walls.process().open(dataOf('one'));
  await session.loaded;
  const inputs = named('exit', 100_000);
  await assert.rejects(session.run(inputs, []));
  assert.equal(inputs[0]?.data.byteLength, 100_000);
});

test('a process that is killed says by what, and for what', async () => {
  const host = walls.process();
  const session = host.open(dataOf('one'));
  await session.loaded;
  const run = session.run(named('hold'), []);
  session.kill('it was the watchdog', 'hang');
  await assert.rejects(run, {
    message: 'the engine process died: it was the watchdog',
    suspicion: 'suspect',
  });
  assert.equal(session.deathCause, 'hang');
  assert.equal(host.isEnding, true, 'nobody moves in any more');
  await host.ended;
});
