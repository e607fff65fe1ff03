/** After a stop, at whatever time, nothing is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { loadedStage, RETRY, Stage, stopAndCheck } from '../../test/support/model-stage.js';

type Phase = [what: string, begin: (stage: Stage) => Promise<void>, end?: (stage: Stage) => Promise<void>];

const phases: Phase[] = [
  ['before anything', async () => {}],
  [
    'while something is loading and something waits',
    async ({ models }) => void models.loadAll(),
    async ({ engines }) => engines.end('m/1'),
  ],
  [
    'while something fails',
    async ({ models }) => void models.loadAll().catch(() => {}),
    async ({ engines }) => engines.fail('m/1', 'no'),
  ],
  ['when all is ready', async (stage) => stage.loadAll()],
  [
    'while a change is tried out',
    async (stage) => {
      await stage.loadAll();
      void stage.models
        .apply([offered('m', '1@b'), offered('n', '1@b'), offered('new', '1')], true)
        .catch(() => {});
    },
    async ({ engines }) => engines.end('m/1@b'),
  ],
  [
    'while a new revision is loaded',
    async (stage) => {
      await stage.loadAll();
      stage.models.offer(offered('m', '1@b'));
    },
    async ({ engines }) => engines.end('m/1@b'),
  ],
  [
    'while something is lost',
    async (stage) => {
      await stage.loadAll();
      stage.engines.of('m/1').lose('it died');
    },
  ],
];

for (const [what, begin, end] of phases) {
  test(`a stop ${what} leaves nothing loaded, and nothing can be loaded any more`, async () => {
    const stage = new Stage([offered('m', '1'), offered('n', '1')], { maxLoads: 1, retry: RETRY });
    const { models, engines } = stage;
    await begin(stage);
    await settle();
    const stopped = outcomeOf(models.stop());
    await settle();
    await end?.(stage);
    await settle();
    assert.equal(stopped.now, 'done');
    const loads = engines.loads.length;
    await assert.rejects(models.load('m'), { code: 'UNAVAILABLE', message: 'the server is shutting down' });
    await assert.rejects(models.apply([], true), { code: 'UNAVAILABLE' });
    await models.loadAll();
    models.offer(offered('m', '1@z'));
    await models.withdraw('n');
    await settle();
    assert.equal(engines.loads.length, loads);
    await stopAndCheck(stage);
  });
}

test('a stop comes before a change that has just begun, though nothing of it is to be loaded', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const { models } = stage;
  const applied = outcomeOf(models.apply([offered('n', '1')], true));
  void models.stop();
  await settle();
  assert.equal(applied.now, 'the server is shutting down');
  assert.deepEqual(models.offered, [offered('m', '1'), offered('n', '1')]);
  await stopAndCheck(stage);
});

test('a load that a stop overtakes hears of it', async () => {
  const stage = new Stage([offered('m', '1')]);
  const loaded = outcomeOf(stage.models.load('m'));
  await settle();
  void stage.models.stop();
  await stage.engines.end('m/1');
  assert.equal(loaded.now, 'the server is shutting down');
  await stopAndCheck(stage);
});

test('a stop waits for those who are inside', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const handle = stage.borrow('m');
  const stopped = outcomeOf(stage.models.stop());
  await settle();
  assert.equal(stopped.now, 'pending');
  handle.release();
  await settle();
  assert.equal(stopped.now, 'done');
  await stopAndCheck(stage);
});
