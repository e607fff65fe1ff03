/** A change of all that is offered happens as a whole, or not at all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { loadedStage, RETRY, Stage, stopAndCheck } from '../../test/support/model-stage.js';

const BEFORE = [offered('m', '1'), offered('n', '1'), offered('old', '1')];
const AFTER = [offered('m', '1@b'), offered('n', '1 2'), offered('new', '1')];

test('a change is tried out beside what serves, and nothing of it is seen before all of it is ready', async () => {
  const stage = await loadedStage(BEFORE);
  const { models, engines } = stage;
  const before = stage.index;
  const plan = models.plan(AFTER, true);
  const applied = outcomeOf(models.apply(AFTER, true));
  await engines.end('m/1@b', 'n/2');
  assert.equal(applied.now, 'pending');
  assert.deepEqual(stage.index, before);
  assert.deepEqual([stage.servedBy('m'), stage.servedBy('n')], ['m/1@a', 'n/1@a']);
  assert.match(stage.servedBy('new'), /unknown model/);
  assert.throws(() => models.unload('new'), { code: 'NOT_FOUND' });
  const loaded = outcomeOf(models.load('new'));
  await assert.rejects(models.load('nobody'), { code: 'NOT_FOUND' });
  assert.deepEqual(models.offered, BEFORE);
  assert.equal(loaded.now, 'pending', 'it may be there soon');
  await engines.end('new/1');
  assert.deepEqual([applied.now, loaded.now], ['done', 'done']);
  assert.deepEqual(stage.index, ['m/1 READY', 'n/1 READY', 'n/2 READY', 'new/1 READY']);
  assert.deepEqual(
    [stage.servedBy('m'), stage.servedBy('n'), stage.servedBy('new')],
    ['m/1@b', 'n/2@a', 'new/1@a'],
  );
  assert.deepEqual(engines.opened.toSorted(), ['m/1@b', 'n/1@a', 'n/2@a', 'new/1@a']);
  assert.deepEqual(models.offered, AFTER);
  assert.deepEqual(
    [...plan.load, ...plan.change].map(({ model, version }) => `${model}/${version}`).toSorted(),
    ['m/1', 'n/2', 'new/1'],
    'as planned',
  );
  assert.deepEqual(models.plan(AFTER, true), {
    load: [],
    change: [],
    unload: [],
    route: [],
    keep: 4,
  });
  await stopAndCheck(stage);
});

test('where something of a change fails, nothing has changed and all of it is closed', async () => {
  const stage = await loadedStage(BEFORE);
  const { models, engines } = stage;
  const before = stage.index;
  const applied = outcomeOf(models.apply(AFTER, true));
  await engines.fail('n/2', 'the file is empty');
  await engines.end('m/1@b');
  assert.equal(applied.now, 'pending', 'all reasons are found at once');
  await engines.fail('new/1', 'no device');
  assert.equal(
    applied.now,
    "nothing was changed: model 'n' version 2: the file is empty; model 'new' version 1: no device",
  );
  assert.deepEqual(stage.index, before);
  assert.deepEqual(models.offered, BEFORE);
  assert.deepEqual(engines.opened, ['m/1@a', 'n/1@a', 'old/1@a']);
  assert.match(stage.servedBy('new'), /unknown model/);

  const again = outcomeOf(models.apply(AFTER, true));
  await engines.end('m/1@b', 'n/2', 'new/1');
  assert.equal(again.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/1@b');
  await stopAndCheck(stage);
});

test('a load of what a change would have brought is told that there is none, once the change has failed', async () => {
  const stage = await loadedStage(BEFORE);
  const { models, engines } = stage;
  const applied = outcomeOf(models.apply(AFTER, true));
  const loaded = outcomeOf(models.load('new'));
  await engines.end('n/2', 'new/1');
  assert.equal(loaded.now, 'pending');
  await engines.fail('m/1@b', 'too large');
  assert.match(applied.now, /^nothing was changed/);
  assert.match(loaded.now, /^failed to load 'new', failed to poll from model repository/);
  await stopAndCheck(stage);
});

test('what nobody asked for is offered by a change and not loaded', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  await models.unload('m');
  await models.apply([offered('m', '1@b'), offered('new', '1')], false);
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE -: unloaded', 'new/1 UNAVAILABLE -']);
  assert.equal(engines.loads.length, 1);
  void models.load('m');
  await engines.end('m/1@b');
  assert.equal(stage.servedBy('m'), 'm/1@b');
  await stopAndCheck(stage);
});

test('a request that was inside finishes on what it began with, after the change', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const handle = stage.borrow('m');
  const applied = outcomeOf(models.apply([offered('m', '1@b')], true));
  await engines.end('m/1@b');
  assert.equal(applied.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/1@b');
  assert.deepEqual(engines.opened, ['m/1@a', 'm/1@b']);
  handle.release();
  await settle();
  assert.deepEqual(engines.opened, ['m/1@b']);
  await stopAndCheck(stage);
});

test('a change does not wait for tries that are due, nor try what failed before', async () => {
  const stage = new Stage([offered('bad', '1'), offered('m', '1')], { retry: RETRY });
  const { models, engines, clock } = stage;
  void models.loadAll();
  await engines.end('m/1');
  await engines.fail('bad/1', 'not yet');
  const applied = outcomeOf(models.apply([offered('bad', '1'), offered('m', '1@b')], true));
  await engines.end('m/1@b');
  assert.equal(applied.now, 'done');
  assert.equal(clock.timers, 1);
  assert.deepEqual(stage.index, ['bad/1 UNAVAILABLE: not yet', 'm/1 READY']);
  await stopAndCheck(stage);
});

test('what failed of a change is not tried again by itself', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')], { retry: RETRY });
  const { models, engines, clock } = stage;
  const applied = outcomeOf(models.apply([offered('m', '1@b'), offered('n', '1@b')], true));
  await engines.fail('m/1@b', 'no');
  assert.equal(clock.timers, 0);
  await engines.end('n/1@b');
  assert.equal(applied.now, "nothing was changed: model 'm' version 1: no");
  await stopAndCheck(stage);
});

test('a change back to what still serves loads nothing', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b'));
  await engines.fail('m/1@b', 'no');
  await models.apply([offered('m', '1')], true);
  assert.deepEqual(stage.index, ['m/1 READY']);
  assert.equal(engines.loads.length, 2);
  await stopAndCheck(stage);
});

test('a change with a source that cannot be used keeps what was there, and says so', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const applied = outcomeOf(
    stage.models.apply([offered('m', '', { fault: 'no YAML' }), offered('n', '1@b')], true),
  );
  await stage.engines.end('n/1@b');
  assert.equal(applied.now, 'done');
  assert.deepEqual(stage.index, ['m/1 READY: what was loaded before goes on serving: no YAML', 'n/1 READY']);
  await stopAndCheck(stage);
});

test('a change may bring ensembles of ensembles over models that are new with them', async () => {
  const stage = await loadedStage([offered('a', '1')]);
  const { models, engines } = stage;
  const next = [
    ensembleOf('f', '1', 'e a'),
    ensembleOf('e', '1', 'b/1'),
    offered('a', '1@b 2'),
    offered('b', '1'),
  ];
  const applied = outcomeOf(models.apply(next, true));
  await engines.end('a/1@b', 'a/2');
  assert.equal(applied.now, 'pending');
  assert.match(stage.servedBy('e'), /unknown model/);
  await engines.end('b/1');
  assert.equal(applied.now, 'done');
  assert.deepEqual(stage.index, ['a/1 READY', 'a/2 READY', 'f/1 READY', 'e/1 READY', 'b/1 READY']);
  await stopAndCheck(stage);
});

test('what is tried out runs on what will be: the newest version of then, kept or new', async () => {
  const seen: string[] = [];
  const stage = await loadedStage([offered('a', '1 2')]);
  const { models, engines } = stage;
  engines.misfit = (steps) => {
    seen.push(steps.join(' '));
    return null;
  };
  // Version 2 stays and is the newest; version 1 changes.
  const next = [offered('a', '1@b 2'), ensembleOf('e', '1', 'a'), ensembleOf('f', '1', 'a/1')];
  const applied = outcomeOf(models.apply(next, true));
  await engines.end('a/1@b');
  assert.equal(applied.now, 'done');
  assert.deepEqual(seen, ['a/2@a', 'a/1@b']);
  await stopAndCheck(stage);
});

test('an ensemble that stays must run on what changes under it, or nothing changes', async () => {
  const stage = await loadedStage([ensembleOf('f', '1', 'e'), ensembleOf('e', '1', 'a'), offered('a', '1')]);
  const { models, engines } = stage;
  const before = stage.index;
  engines.misfit = (steps) => (steps.includes('a/1@b') ? "the shapes of 't' differ" : null);
  const next = [ensembleOf('f', '1', 'e'), ensembleOf('e', '1', 'a'), offered('a', '1@b')];
  const applied = outcomeOf(models.apply(next, true));
  await engines.end('a/1@b');
  assert.match(applied.now, /^nothing was changed: .*model 'e' version 1: the shapes of 't' differ/);
  assert.deepEqual(stage.index, before);
  assert.equal(stage.servedBy('a'), 'a/1@a');

  engines.misfit = () => null;
  const kept = engines.loads.find(({ id }) => id === 'e/1@a');
  const again = outcomeOf(models.apply(next, true));
  await engines.end('a/1@b');
  assert.equal(again.now, 'done');
  assert.deepEqual(stage.index, before);
  assert.equal(kept?.isOpen, true, 'it stays as it is');
  assert.deepEqual(engines.opened.toSorted(), ['a/1@b', 'e/1@a', 'f/1@a']);
  await stopAndCheck(stage);
});

test('a change that takes away what an ensemble needs changes nothing', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'a'), offered('a', '1')]);
  const applied = outcomeOf(stage.models.apply([ensembleOf('e', '1', 'a')], true));
  await settle();
  assert.match(applied.now, /^nothing was changed: model 'e' version 1: .*model 'a'/);
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY']);
  await stopAndCheck(stage);
});

test('a change that would make models need each other changes nothing', async () => {
  const stage = await loadedStage([ensembleOf('e', '1', 'f'), ensembleOf('f', '1', 'a'), offered('a', '1')]);
  const applied = outcomeOf(
    stage.models.apply([ensembleOf('e', '1', 'f'), ensembleOf('f', '1@b', 'e'), offered('a', '1')], true),
  );
  await settle();
  assert.match(applied.now, /^nothing was changed: .*ensemble 'f' needs itself/);
  assert.deepEqual(stage.index, ['e/1 READY', 'f/1 READY', 'a/1 READY']);
  const turned = [ensembleOf('e', '1@b', 'a'), ensembleOf('f', '1@b', 'e'), offered('a', '1')];
  await stage.models.apply(turned, true);
  assert.deepEqual([stage.servedBy('e'), stage.servedBy('f')], ['e/1@b', 'f/1@b']);
  await stopAndCheck(stage);
});

test('one that is lost while the others of its change are loaded fails the change', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const { models, engines } = stage;
  const applied = outcomeOf(models.apply([offered('m', '1@b'), offered('n', '1@b')], true));
  await engines.end('m/1@b');
  engines.of('m/1@b').lose('it died');
  await engines.end('n/1@b');
  assert.equal(applied.now, "nothing was changed: model 'm' version 1: it died");
  assert.deepEqual(engines.opened, ['m/1@a', 'n/1@a']);
  await stopAndCheck(stage);
});

test('changes are tried out one after the other, and what is offered meanwhile comes after them', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const first = outcomeOf(models.apply([offered('m', '1@b'), offered('n', '1')], true));
  const second = outcomeOf(models.apply([offered('m', '1@c'), offered('n', '1')], true));
  models.offer(offered('m', '1@d'));
  const withdrawn = outcomeOf(models.withdraw('n'));
  await engines.end('m/1@b', 'n/1');
  assert.deepEqual([first.now, second.now, withdrawn.now], ['done', 'pending', 'pending']);
  assert.deepEqual(engines.opening, ['m/1@c']);
  await engines.end('m/1@c', 'm/1@d');
  assert.deepEqual([second.now, withdrawn.now], ['done', 'done']);
  assert.deepEqual(stage.index, ['m/1 READY']);
  assert.equal(stage.servedBy('m'), 'm/1@d');
  await stopAndCheck(stage);
});

test('a load and an unload in the middle of a change are about what is offered, and hold after it', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1'), offered('o', '1')]);
  const { models, engines } = stage;
  await models.unload('n');
  const next = [offered('m', '1@b'), offered('n', '1@b'), offered('o', '1@b')];
  const applied = outcomeOf(models.apply(next, true));
  await settle();
  assert.deepEqual(engines.opening, ['m/1@b', 'o/1@b']);
  const loaded = outcomeOf(models.load('n'));
  const unloaded = outcomeOf(models.unload('o'));
  await engines.end('n/1@a');
  assert.deepEqual([loaded.now, unloaded.now], ['done', 'done']);
  assert.deepEqual(stage.index, ['m/1 READY', 'n/1 READY', 'o/1 UNAVAILABLE -: unloaded']);
  await engines.end('m/1@b', 'o/1@b');
  assert.equal(applied.now, 'done');
  assert.equal(stage.servedBy('n'), 'n/1@a');
  await engines.end('n/1@b');
  assert.deepEqual(engines.opened, ['m/1@b', 'n/1@b']);
  assert.deepEqual(stage.index, ['m/1 READY', 'n/1 READY', 'o/1 UNAVAILABLE -: unloaded']);
  await stopAndCheck(stage);
});

test('force in the middle of a change leaves what is tried out alone', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const applied = outcomeOf(models.apply([offered('m', '1@b')], true));
  await settle();
  const forced = outcomeOf(models.load('m', { isForced: true }));
  await engines.end('m/1@a', 'm/1@b');
  assert.deepEqual([applied.now, forced.now], ['done', 'done']);
  assert.deepEqual(engines.opened, ['m/1@b']);
  assert.equal(engines.loads.length, 3);
  await stopAndCheck(stage);
});

test('a model that is leaving can come back with a change', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const handle = stage.borrow('m');
  const withdrawn = outcomeOf(models.withdraw('m'));
  const applied = outcomeOf(models.apply([offered('m', '1')], true));
  await engines.end('m/1');
  assert.equal(applied.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  handle.release();
  await settle();
  assert.equal(withdrawn.now, 'done');
  assert.deepEqual(stage.index, ['m/1 READY']);
  assert.equal(engines.opened.length, 1);
  await stopAndCheck(stage);
});

test('a model that is gone before the change is accepted with which it comes back is offered then', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const { models, engines } = stage;
  const handle = stage.borrow('m');
  void models.withdraw('m');
  const applied = outcomeOf(models.apply([offered('m', '1'), offered('n', '1@b')], false));
  await settle();
  handle.release();
  await engines.end('n/1@b');
  assert.equal(applied.now, 'done');
  assert.deepEqual(stage.index.toSorted(), ['m/1 UNAVAILABLE -: unloaded', 'n/1 READY']);
  await stopAndCheck(stage);
});

test('a model that is leaving and comes back with a change that fails is forgotten all the same', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const withdrawn = outcomeOf(models.withdraw('m'));
  const applied = outcomeOf(models.apply([offered('m', '1@b')], true));
  await engines.fail('m/1@b', 'no');
  assert.deepEqual([withdrawn.now, applied.now], ['done', "nothing was changed: model 'm' version 1: no"]);
  assert.deepEqual(stage.index, []);
  await stopAndCheck(stage);
});
