/** Models that are made of others are loaded after them, and serve no longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { loadedStage, RETRY, Stage, stopAndCheck } from '../../test/support/model-stage.js';

test('an ensemble waits until its steps are ready', async () => {
  const stage = new Stage([ensembleOf('e', '1', 'a b/2'), offered('a', '1'), offered('b', '1 2')]);
  const { models, engines } = stage;
  const loaded = outcomeOf(models.load('e'));
  await settle();
  assert.deepEqual(engines.opening, ['a/1@a', 'b/1@a', 'b/2@a']);
  await engines.end('a/1');
  assert.deepEqual(stage.index[0], 'e/1 UNAVAILABLE');
  await engines.end('b/2');
  assert.deepEqual(stage.index[0], 'e/1 READY', 'the version that it does not need is not waited for');
  assert.equal(loaded.now, 'pending');
  await engines.end('b/1');
  assert.equal(loaded.now, 'done');
  await stopAndCheck(stage);
});

test('an ensemble needs only one place, and that after its steps', async () => {
  const stage = new Stage([ensembleOf('f', '1', 'e'), ensembleOf('e', '1', 'a'), offered('a', '1')], {
    maxLoads: 1,
  });
  const loaded = outcomeOf(stage.models.loadAll());
  await stage.engines.end('a/1');
  assert.equal(loaded.now, 'done');
  assert.deepEqual(stage.index, ['f/1 READY', 'e/1 READY', 'a/1 READY']);
  assert.equal(stage.engines.mostOpening, 1);
  await stopAndCheck(stage);
});

test('an ensemble whose step failed says so, and is loaded with it when both are asked for again', async () => {
  const stage = new Stage([ensembleOf('e', '1', 'a'), offered('a', '1')]);
  const { models, engines } = stage;
  const first = outcomeOf(models.load('e'));
  await engines.fail('a/1', 'the file is empty');
  assert.match(first.now, /^load failed for model 'e'.*model 'a' version 1.*the file is empty$/);
  const second = outcomeOf(models.load('e'));
  await engines.end('a/1');
  assert.equal(second.now, 'done');
  await stopAndCheck(stage);
});

test('an ensemble whose step is tried again is tried again with it', async () => {
  const stage = new Stage([ensembleOf('e', '1', 'a'), offered('a', '1')], { retry: RETRY });
  const { models, engines, clock } = stage;
  const loaded = outcomeOf(models.load('e'));
  await engines.fail('a/1', 'not yet');
  clock.advance(1000);
  await settle();
  await engines.end('a/1');
  assert.equal(loaded.now, 'done');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY']);
  await stopAndCheck(stage);
});

test('models that need each other fail, and say so; what needs them fails with them', async () => {
  const stage = new Stage([
    ensembleOf('d', '1', 'e'),
    ensembleOf('e', '1', 'f'),
    ensembleOf('f', '1', 'e'),
    ensembleOf('g', '1', 'g'),
  ]);
  await stage.models.loadAll();
  const [d, ...rest] = stage.index;
  assert.match(d ?? '', /^d\/1 UNAVAILABLE: .*ensemble 'e' needs itself/);
  assert.deepEqual(rest, [
    "e/1 UNAVAILABLE: ensemble 'e' needs itself: its steps lead back to it",
    "f/1 UNAVAILABLE: ensemble 'f' needs itself: its steps lead back to it",
    "g/1 UNAVAILABLE: ensemble 'g' needs itself: its steps lead back to it",
  ]);
  await stopAndCheck(stage);
});

test('which of two ensembles is made of the other can be turned round', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'f'), ensembleOf('f', '1', 'a'), offered('a', '1')]);
  const { models } = stage;
  models.offer(ensembleOf('e', '1@b', 'a'));
  await settle();
  models.offer(ensembleOf('f', '1@b', 'e'));
  await settle();
  assert.deepEqual(stage.index, ['e/1 READY', 'f/1 READY', 'a/1 READY']);
  assert.deepEqual([stage.servedBy('e'), stage.servedBy('f')], ['e/1@b', 'f/1@b']);
  await stopAndCheck(stage);
});

test('loads of different age that need each other are unavailable, and nothing is asked for ever', async () => {
  const stage = await loadedStage([
    ensembleOf('e', '1', 'f'),
    ensembleOf('f', '1', 'a'),
    offered('a', '1'),
    offered('b', '1'),
  ]);
  const { models, engines } = stage;
  // The old e, which leads to f, stays because the new one fails; the new f leads to e.
  engines.misfit = (steps) => (steps.includes('b/1@a') ? 'they do not fit' : null);
  models.offer(ensembleOf('e', '1@b', 'b'));
  models.offer(ensembleOf('f', '1@b', 'e'));
  await settle();
  assert.match(stage.servedBy('e'), /they do not fit$/);
  assert.match(stage.servedBy('f'), /step\[0\] cannot run, because model 'e' version 1 .* they do not fit$/);
  assert.equal(stage.servedBy('a'), 'a/1@a');
  await stopAndCheck(stage);
});

test('without its steps a loaded ensemble is unavailable, says why, and comes back with them', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'a'), offered('a', '1')]);
  const { models, engines } = stage;
  await models.unload('a');
  assert.match(stage.index[0] ?? '', /^e\/1 UNAVAILABLE: step\[0\] cannot run, because model 'a' version 1/);
  assert.match(stage.servedBy('e'), /step\[0\] cannot run/);
  assert.equal(models.isReady({ name: 'e', version: null }), false);
  void models.load('a');
  await engines.end('a/1');
  assert.equal(stage.servedBy('e'), 'e/1@a');
  await models.withdraw('a');
  assert.match(stage.servedBy('e'), /step\[0\] cannot run, because there is no model 'a'$/);
  await stopAndCheck(stage);
});

test('a label that moves to what is not loaded takes the ensembles with it that use it, and brings them back', async () => {
  const labels = (stable: string) => ({ labels: { stable }, policy: { kind: 'latest', count: 1 } }) as const;
  const offers = [ensembleOf('e', '1', 'a/stable'), offered('a', '1 2', labels('2')), offered('b', '1')];
  const stage = await loadedStage(offers);
  const { models } = stage;
  assert.equal(stage.servedBy('e'), 'e/1@a');
  models.offer(offered('a', '1 2', labels('1')));
  // Whatever happens to others meanwhile.
  await models.unload('b');
  assert.match(stage.servedBy('e'), /step\[0\] cannot run, because model 'a' version 1 is not/);
  models.offer(offered('a', '1 2', labels('2')));
  assert.equal(stage.servedBy('e'), 'e/1@a');
  await stopAndCheck(stage);
});

test('an ensemble is unloaded alone, or with all that it is made of', async () => {
  const offers = [
    ensembleOf('e', '1', 'f b'),
    ensembleOf('f', '1', 'a'),
    offered('a', '1'),
    offered('b', '1'),
  ];
  const stage = await loadedStage(offers);
  await stage.models.unload('e');
  assert.deepEqual(stage.engines.opened.toSorted(), ['a/1@a', 'b/1@a', 'f/1@a']);
  await stage.models.unload('e', { withDependents: true });
  assert.deepEqual(stage.engines.opened, []);
  await stopAndCheck(stage);
});

test('loading some by name loads what they are made of', async () => {
  const stage = new Stage([ensembleOf('e', '1', 'a'), offered('a', '1'), offered('b', '1')]);
  const loaded = outcomeOf(stage.models.loadAll(['e', 'unknown']));
  await stage.engines.end('a/1');
  assert.equal(loaded.now, 'done');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'b/1 UNAVAILABLE -']);
  await stopAndCheck(stage);
});
