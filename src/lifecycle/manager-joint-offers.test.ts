/** What ensembles stand on that serve changes only to what they run on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { LATEST, loadedStage, RETRY, type Stage, stopAndCheck } from '../../test/support/model-stage.js';
import type { OfferedModel } from './offer.js';

/** Of the loads of `a` and `b` that an ensemble is made of, only those of the same revision fit together. */
function onlyAlike({ engines }: Stage): void {
  engines.misfit = (steps) => {
    const revisions = new Set(steps.map((step) => step.split('@')[1]));
    return revisions.size === 1 ? null : `${steps.join(' and ')} do not fit together`;
  };
}

function offerTogether({ models }: Stage, ...offers: readonly OfferedModel[]): void {
  models.offerAll(offers, () => true);
}

const OFFERS = [ensembleOf('e', '1', 'a b'), offered('a', '1'), offered('b', '1')];
const WHY = "what its source has now is not taken: model 'e' version 1: a/1@b and b/1@a do not fit together";

test('a step that its ensemble would not run with is not taken: the old one serves on, and the index and a load say why', async () => {
  const stage = await loadedStage(OFFERS);
  const { models, engines } = stage;
  onlyAlike(stage);
  models.offer(offered('a', '1@b'));
  const loaded = outcomeOf(models.load('a'));
  await engines.end('a/1@b');
  assert.deepEqual(stage.index, [
    'e/1 READY',
    `a/1 READY: what was loaded before goes on serving: ${WHY}`,
    'b/1 READY',
  ]);
  assert.equal(loaded.now, `load failed for model 'a': ${WHY}`);
  assert.deepEqual(engines.opened.toSorted(), ['a/1@a', 'b/1@a', 'e/1@a']);
  await stopAndCheck(stage);
});

test('a step that its ensemble runs with is taken, and a load waits for that', async () => {
  const stage = await loadedStage(OFFERS);
  const { models, engines } = stage;
  models.offer(offered('a', '1@b'));
  const loaded = outcomeOf(models.load('a'));
  await settle();
  assert.equal(stage.servedBy('a'), 'a/1@a');
  assert.equal(loaded.now, 'pending');
  await engines.end('a/1@b');
  assert.equal(loaded.now, 'done');
  assert.equal(stage.servedBy('a'), 'a/1@b');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'b/1 READY']);
  assert.deepEqual(engines.opened.toSorted(), ['a/1@b', 'b/1@a', 'e/1@a']);
  await stopAndCheck(stage);
});

test('steps that only fit together are taken together', async () => {
  const stage = await loadedStage(OFFERS);
  onlyAlike(stage);
  offerTogether(stage, offered('a', '1@b'), offered('b', '1@b'));
  await stage.engines.end('a/1@b', 'b/1@b');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'b/1 READY']);
  assert.deepEqual([stage.servedBy('a'), stage.servedBy('b')], ['a/1@b', 'b/1@b']);
  await stopAndCheck(stage);
});

test('a step that was not taken is tried again with the other one, when that comes', async () => {
  const stage = await loadedStage(OFFERS);
  const { models, engines } = stage;
  onlyAlike(stage);
  models.offer(offered('a', '1@b'));
  await engines.end('a/1@b');
  assert.equal(stage.servedBy('a'), 'a/1@a');
  models.offer(offered('b', '1@b'));
  await engines.end('a/1@b', 'b/1@b');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'b/1 READY']);
  assert.deepEqual([stage.servedBy('a'), stage.servedBy('b')], ['a/1@b', 'b/1@b']);
  await stopAndCheck(stage);
});

test('an ensemble that changes together with its step is tried as it will be', async () => {
  const stage = await loadedStage(OFFERS);
  onlyAlike(stage);
  offerTogether(stage, ensembleOf('e', '1@b', 'a'), offered('a', '1@b'));
  await stage.engines.end('a/1@b');
  assert.deepEqual([stage.servedBy('e'), stage.servedBy('a')], ['e/1@b', 'a/1@b']);
  await stopAndCheck(stage);
});

test('an ensemble and a new model that it is made of from now on may come together', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'a'), offered('a', '1')]);
  offerTogether(stage, ensembleOf('e', '1@b', 'a n'), offered('n', '1'));
  await stage.engines.end('n/1');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'n/1 READY']);
  assert.equal(stage.servedBy('e'), 'e/1@b');
  await stopAndCheck(stage);
});

test('a new version by policy is tried as well', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'a'), offered('a', '1', LATEST)]);
  stage.engines.misfit = ([step = '']) => (step.startsWith('a/2') ? 'it has another output' : null);
  stage.models.offer(offered('a', '1 2', LATEST));
  await stage.engines.end('a/2');
  assert.equal(stage.servedBy('a'), 'a/1@a');
  assert.match(stage.index.join(), /^e\/1 READY,a\/1 READY: .*model 'e' version 1: it has another output/);
  await stopAndCheck(stage);
});

test('other models wait for the trial, and then only for themselves; the last offer of each counts', async () => {
  const stage = await loadedStage([...OFFERS, offered('x', '1'), offered('y', '1')]);
  const { models, engines } = stage;
  models.offer(offered('a', '1@b'));
  models.offer(offered('x', '1@b'));
  models.offer(offered('x', '1@c'));
  models.offer(offered('z', '1'));
  const gone = outcomeOf(models.withdraw('y'));
  const loaded = outcomeOf(models.load('z'));
  await settle();
  assert.deepEqual(engines.opening, ['a/1@b']);
  assert.equal(loaded.now, 'pending');
  await engines.end('a/1@b');
  assert.deepEqual(engines.opening, ['x/1@c', 'z/1@a']);
  assert.equal(gone.now, 'done');
  await engines.end('x/1@c', 'z/1');
  assert.equal(loaded.now, 'done');
  await stopAndCheck(stage);
});

test('a model that is withdrawn and offered again during a trial stays', async () => {
  const stage = await loadedStage([...OFFERS, offered('y', '1')]);
  const { models, engines } = stage;
  models.offer(offered('a', '1@b'));
  void models.withdraw('y');
  models.offer(offered('y', '1'));
  await engines.end('a/1@b');
  assert.equal(stage.servedBy('y'), 'y/1@a');
  await stopAndCheck(stage);
});

test('a step whose own load fails is tried again as other loads are', async () => {
  const stage = await loadedStage(OFFERS, { retry: RETRY });
  const { models, engines, clock } = stage;
  models.offer(offered('a', '1@b'));
  await engines.fail('a/1@b', 'not yet');
  assert.match(stage.index[1] ?? '', /^a\/1 READY: .*is not taken: model 'a' version 1: not yet;/);
  assert.deepEqual(engines.opening, []);
  clock.advance(1000);
  await engines.end('a/1@b');
  assert.equal(stage.servedBy('a'), 'a/1@b');
  assert.equal(clock.timers, 0);
  await stopAndCheck(stage);
});

test('a stop in the middle of a trial leaves nothing behind', async () => {
  const stage = await loadedStage(OFFERS);
  const { models, engines } = stage;
  models.offer(offered('a', '1@b'));
  models.offer(offered('b', '1@b'));
  await settle();
  const stopped = outcomeOf(models.stop());
  await engines.end('a/1@b');
  assert.equal(stopped.now, 'done');
  await stopAndCheck(stage);
});
