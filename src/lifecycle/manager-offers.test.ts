/** What is offered of models changes while they serve; they are withdrawn and unloaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { LATEST, loadedStage, Stage, stopAndCheck } from '../../test/support/model-stage.js';

test('with the latest version wanted, the one before leaves when the new one is ready', async () => {
  const stage = await loadedStage([offered('m', '1', LATEST)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', LATEST));
  await settle();
  assert.deepEqual(stage.index, ['m/1 READY -', 'm/2 LOADING']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await engines.end('m/2');
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE -: unloaded', 'm/2 READY']);
  assert.equal(stage.servedBy('m'), 'm/2@a');
  assert.deepEqual(engines.opened, ['m/2@a']);
  await stopAndCheck(stage);
});

test('with the latest version wanted, the one before stays where the new one fails', async () => {
  const stage = await loadedStage([offered('m', '1', LATEST)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', LATEST));
  await engines.fail('m/2', 'too large');
  assert.deepEqual(stage.index, ['m/1 READY -', 'm/2 UNAVAILABLE: too large']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  const again = outcomeOf(models.load('m'));
  await engines.end('m/2');
  assert.equal(again.now, 'done');
  assert.deepEqual(engines.opened, ['m/2@a']);
  await stopAndCheck(stage);
});

test('of versions that are not loaded the index says why: the policy, or that they were unloaded', async () => {
  const stage = await loadedStage([offered('m', '1 2 3', LATEST), offered('n', '1 2', LATEST)]);
  const why = 'not wanted by the version policy latest(1)';
  assert.deepEqual(stage.index, [
    `m/1 UNAVAILABLE -: ${why}`,
    `m/2 UNAVAILABLE -: ${why}`,
    'm/3 READY',
    `n/1 UNAVAILABLE -: ${why}`,
    'n/2 READY',
  ]);
  await stage.models.unload('n');
  assert.deepEqual(
    stage.index.slice(3),
    ['n/1 UNAVAILABLE -', 'n/2 UNAVAILABLE -: unloaded'],
    'nobody asks for it',
  );
  await stopAndCheck(stage);
});

test('a version that is removed leaves, and is not known any more', async () => {
  const stage = await loadedStage([offered('m', '1 2')]);
  stage.models.offer(offered('m', '2'));
  await settle();
  assert.deepEqual(stage.index, ['m/2 READY']);
  assert.match(stage.servedBy('m/1'), /version 1 is not found; it has 2$/);
  await stopAndCheck(stage);
});

test('a version that a policy names and that is not there is said', async () => {
  const policy = { kind: 'specific', versions: ['1', '7'] } as const;
  const stage = new Stage([offered('m', '1', { policy })]);
  const load = outcomeOf(stage.models.load('m'));
  await stage.engines.end('m/1');
  assert.equal(load.now, "load failed for model 'm': version 7 is not there");
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await stopAndCheck(stage);
});

test('a model without a version cannot be loaded', async () => {
  const stage = new Stage([offered('m', '')]);
  await assert.rejects(stage.models.load('m'), { message: "load failed for model 'm': it has no version" });
  assert.equal(stage.servedBy('m'), "model 'm' is not at ready state: it has no version");
  await stopAndCheck(stage);
});

test('a source that cannot be used keeps everything, and the index says so', async () => {
  const stage = await loadedStage([offered('m', '1 2')]);
  const { models, engines } = stage;
  models.offer(offered('m', '', { fault: 'line 3 is not YAML' }));
  await settle();
  const kept = 'what was loaded before goes on serving: line 3 is not YAML';
  assert.deepEqual(stage.index, [`m/1 READY: ${kept}`, `m/2 READY: ${kept}`]);
  assert.equal(engines.loads.length, 2);
  await assert.rejects(models.load('m'), { message: "load failed for model 'm': line 3 is not YAML" });
  models.offer(offered('m', '1 2'));
  assert.deepEqual(stage.index, ['m/1 READY', 'm/2 READY']);
  await stopAndCheck(stage);
});

test('a new model whose source cannot be used says so', async () => {
  const stage = new Stage([]);
  stage.models.offer(offered('m', '', { fault: 'line 3 is not YAML' }));
  await assert.rejects(stage.models.load('m'), { message: "load failed for model 'm': line 3 is not YAML" });
  assert.equal(stage.servedBy('m'), "model 'm' is not at ready state: line 3 is not YAML");
  await stopAndCheck(stage);
});

test('a model that is withdrawn is unloaded and then forgotten', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const { models } = stage;
  const handle = stage.borrow('m');
  const withdrawn = outcomeOf(models.withdraw('m'));
  await settle();
  assert.equal(withdrawn.now, 'pending');
  assert.deepEqual(stage.index, ['m/1 UNLOADING -', 'n/1 READY']);
  assert.deepEqual(
    models.offered.map(({ name }) => name),
    ['n'],
  );
  await assert.rejects(models.load('m'), { code: 'NOT_FOUND' });
  await models.loadAll();
  handle.release();
  await settle();
  assert.equal(withdrawn.now, 'done');
  assert.deepEqual(stage.index, ['n/1 READY']);
  assert.match(stage.servedBy('m'), /unknown model/);
  await stopAndCheck(stage);
});

test('a model that comes back while it is being withdrawn stays, and is loaded once the old one is gone', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const handle = stage.borrow('m');
  const withdrawn = outcomeOf(models.withdraw('m'));
  await settle();
  models.offer(offered('m', '1'));
  const loaded = outcomeOf(models.load('m'));
  await settle();
  assert.equal(engines.loads.length, 1);
  handle.release();
  await engines.end('m/1');
  assert.deepEqual([withdrawn.now, loaded.now], ['done', 'done']);
  assert.deepEqual(stage.index, ['m/1 READY']);
  assert.equal(engines.loads.length, 2);
  await stopAndCheck(stage);
});

test('a model that is withdrawn while it is being loaded is closed once it is loaded', async () => {
  const stage = new Stage([offered('m', '1')]);
  const { models, engines } = stage;
  const loaded = outcomeOf(models.load('m'));
  await settle();
  const withdrawn = outcomeOf(models.withdraw('m'));
  await settle();
  assert.deepEqual([loaded.now, withdrawn.now], ['pending', 'pending']);
  await engines.end('m/1');
  assert.deepEqual(
    [loaded.now, withdrawn.now],
    ["load failed for model 'm': it was unloaded meanwhile", 'done'],
  );
  assert.deepEqual(stage.index, []);
  assert.deepEqual(engines.opened, []);
  await stopAndCheck(stage);
});

test('unloading refuses new requests at once, and waits for those inside', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const [one, two] = [stage.borrow('m'), stage.borrow('m')];
  const unloaded = outcomeOf(models.unload('m'));
  assert.match(stage.servedBy('m'), /it is being unloaded$/);
  assert.deepEqual(stage.index, ['m/1 UNLOADING -']);
  one.release();
  await settle();
  assert.equal(unloaded.now, 'pending');
  assert.deepEqual(engines.opened, ['m/1@a']);
  two.release();
  await settle();
  assert.equal(unloaded.now, 'done');
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE -: unloaded']);
  assert.deepEqual(engines.opened, []);
  await models.unload('m');
  await stopAndCheck(stage);
});

test('what is unloaded while it is being loaded leaves as soon as it is loaded', async () => {
  const stage = new Stage([offered('m', '1')]);
  const { models, engines } = stage;
  const loaded = outcomeOf(models.load('m'));
  await settle();
  const unloaded = outcomeOf(models.unload('m'));
  await engines.end('m/1');
  assert.deepEqual(
    [loaded.now, unloaded.now],
    ["load failed for model 'm': it was unloaded meanwhile", 'done'],
  );
  assert.deepEqual(engines.opened, []);
  await stopAndCheck(stage);
});

test('what is asked for again while it is being loaded for nobody is not loaded twice', async () => {
  const stage = new Stage([offered('m', '1')]);
  const { models, engines } = stage;
  const first = outcomeOf(models.load('m'));
  await settle();
  const unloaded = outcomeOf(models.unload('m'));
  const second = outcomeOf(models.load('m'));
  await engines.end('m/1');
  assert.deepEqual([first.now, unloaded.now, second.now], ['done', 'done', 'done']);
  assert.equal(engines.loads.length, 1);
  assert.deepEqual(stage.index, ['m/1 READY']);
  await stopAndCheck(stage);
});

test('what is asked for while it is being unloaded is loaded once that is done', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const handle = stage.borrow('m');
  void models.unload('m');
  const loaded = outcomeOf(models.load('m'));
  await settle();
  assert.deepEqual(engines.opening, []);
  handle.release();
  await engines.end('m/1');
  assert.equal(loaded.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await stopAndCheck(stage);
});
