/** Models whose versions have no room beside each other: the old one leaves before the new one comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { ensembleOf, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { LATEST, loadedStage, RETRY, type Stage, stopAndCheck } from '../../test/support/model-stage.js';

const REPLACED = { ...LATEST, update: 'replace' } as const;

/** What a request that comes now is told; null where it is served. */
function refusal(stage: Stage, name: string): ServingError | null {
  try {
    stage.borrow(name).release();
    return null;
  } catch (thrown) {
    assert.ok(thrown instanceof ServingError);
    return thrown;
  }
}

for (const [what, next, comes] of [
  ['a version', '1 2', 'm/2'],
  ['a revision', '1@b', 'm/1@b'],
] as const) {
  test(`${what} is loaded when the one before has answered all and is closed`, async () => {
    const stage = await loadedStage([offered('m', '1', REPLACED)]);
    const { models, engines } = stage;
    const inFlight = stage.borrow('m');
    const closed = engines.of('m/1').hold();
    models.offer(offered('m', next, REPLACED));
    await settle();
    assert.deepEqual([engines.opened, engines.opening], [['m/1@a'], []], 'a request is in flight');
    inFlight.release();
    await settle();
    assert.deepEqual([engines.opened, engines.opening], [[], []], 'it is being closed');
    closed.resolve();
    await settle();
    assert.deepEqual(engines.opening, [engines.of(comes).id]);
    await engines.end(comes);
    assert.equal(stage.servedBy('m'), engines.of(comes).id);
    await stopAndCheck(stage);
  });
}

test('requests in between are told to come again, and only those', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  assert.equal(refusal(stage, 'm'), null);
  stage.models.offer(offered('m', '1@b', REPLACED));
  await settle();
  const between = refusal(stage, 'm');
  assert.deepEqual(
    [between?.code, between?.retryAfterSeconds, between?.message],
    ['UNAVAILABLE', 1, "model 'm' version 1 is not at ready state: it is still being loaded"],
  );
  assert.equal(refusal(stage, 'm/1')?.retryAfterSeconds, 1, 'one that names the version');
  await stage.engines.end('m/1@b');
  assert.equal(refusal(stage, 'm'), null);
  await stage.models.unload('m');
  assert.equal(refusal(stage, 'm')?.retryAfterSeconds, null, 'nothing is about to come');
  await stopAndCheck(stage);
});

test('where the new one fails, the old one is loaded again and serves, and the index has both', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', REPLACED));
  const load = outcomeOf(models.load('m'));
  await engines.fail('m/2', 'too large');
  assert.deepEqual(engines.opening, ['m/1@a']);
  assert.equal(refusal(stage, 'm')?.retryAfterSeconds, 1);
  assert.equal(load.now, 'pending', 'the old one is not back yet');
  await engines.end('m/1');
  assert.match(load.now, /^load failed for model 'm': version 2 is at UNAVAILABLE state: too large$/);
  assert.deepEqual(stage.index, ['m/1 READY -', 'm/2 UNAVAILABLE: too large']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await stopAndCheck(stage);
});

test('where the old one fails then too, nothing serves, and nothing is tried for ever', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b', REPLACED));
  await engines.fail('m/1@b', 'too large');
  await engines.fail('m/1@a', 'gone');
  assert.deepEqual([engines.opening, engines.loads.length], [[], 3]);
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE: too large']);
  assert.equal(refusal(stage, 'm')?.retryAfterSeconds, null);
  await stopAndCheck(stage);
});

test('what is back leaves for each further try, and stays at last', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)], { retry: { ...RETRY, count: 1 } });
  const { models, engines, clock } = stage;
  models.offer(offered('m', '1 2', REPLACED));
  await engines.fail('m/2', 'too large');
  await engines.end('m/1');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  clock.advance(1000);
  await settle();
  assert.deepEqual([engines.opened, engines.opening], [[], ['m/2@a']]);
  await engines.fail('m/2', 'too large');
  await engines.end('m/1');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await stopAndCheck(stage);
});

test('a try that is asked for while the old one is being loaded comes after it', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', REPLACED));
  await engines.fail('m/2', 'too large');
  const again = outcomeOf(models.load('m'));
  await settle();
  assert.deepEqual(engines.opening, ['m/1@a']);
  await engines.end('m/1', 'm/2');
  assert.deepEqual([again.now, engines.opened], ['done', ['m/2@a']]);
  await stopAndCheck(stage);
});

test('back to what was offered before: nothing of what is back is loaded once more', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b', REPLACED));
  await engines.fail('m/1@b', 'too large');
  await engines.end('m/1@a');
  models.offer(offered('m', '1', REPLACED));
  await settle();
  assert.deepEqual([stage.index, engines.loads.length], [['m/1 READY'], 3]);
  await stopAndCheck(stage);
});

test('a model that is unloaded meanwhile stays so', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b', REPLACED));
  await settle();
  const unloaded = outcomeOf(models.unload('m'));
  await engines.fail('m/1@b', 'too large');
  assert.deepEqual([unloaded.now, engines.opened, engines.opening], ['done', [], []]);
  await stopAndCheck(stage);
});

test('the files of what may have to be loaded again are in use', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED)]);
  stage.models.offer(offered('m', '2', REPLACED));
  await settle();
  assert.deepEqual([...stage.models.filesInUse].sort(), ['/models/m/1', '/models/m/2']);
  await stage.engines.end('m/2');
  assert.deepEqual([...stage.models.filesInUse], ['/models/m/2']);
  await stopAndCheck(stage);
});

test('a change of all loads nothing beside it, settles when it serves, and tells of what failed', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED), offered('n', '1')]);
  const { models, engines } = stage;
  const good = outcomeOf(models.apply([offered('m', '2', REPLACED), offered('n', '1@b')], true));
  await settle();
  assert.deepEqual(engines.opening, ['n/1@b'], 'what can be tried out is, first');
  await engines.end('n/1@b', 'm/2');
  assert.equal(good.now, 'done');
  assert.deepEqual([...engines.opened].sort(), ['m/2@a', 'n/1@b']);

  const bad = models.apply([offered('m', '3', REPLACED), offered('n', '1@b')], true);
  await engines.fail('m/3', 'too large');
  await engines.end('m/2');
  assert.deepEqual(await bad, ["model 'm' version 3: too large"]);
  assert.equal(stage.servedBy('m'), 'm/2@a');
  await stopAndCheck(stage);
});

test('an ensemble of it is not tried out on it, serves again with it, and is loaded when it is there', async () => {
  const stage = await loadedStage([offered('m', '1', REPLACED), ensembleOf('e', '1', 'm')]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b', REPLACED));
  await settle();
  assert.deepEqual([engines.opening, engines.opened], [['m/1@b'], ['e/1@a']]);
  assert.match(
    stage.servedBy('e'),
    /step\[0\] cannot run, because model 'm' version 1 is not at ready state/,
  );
  await engines.end('m/1@b');
  assert.equal(stage.servedBy('e'), 'e/1@a');
  const applied = outcomeOf(models.apply([offered('m', '1@c', REPLACED), ensembleOf('e', '1@b', 'm')], true));
  await engines.end('m/1@c');
  assert.equal(applied.now, 'done');
  assert.deepEqual([...engines.opened].sort(), ['e/1@b', 'm/1@c']);
  await stopAndCheck(stage);
});
