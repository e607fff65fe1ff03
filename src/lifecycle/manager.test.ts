/** Models are loaded, beside what serves, and lent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { loadedStage, Stage, stopAndCheck } from '../../test/support/model-stage.js';
import type { ModelManager } from './manager.js';

test('a model is loaded when it is asked for, and lent when it is ready', async () => {
  const stage = new Stage([offered('m', '1 2')]);
  const { models, engines } = stage;
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE -', 'm/2 UNAVAILABLE -']);
  assert.equal(models.isAsked('m'), false);
  assert.match(stage.servedBy('m'), /version 2 is not at ready state: it is not loaded$/);
  const load = outcomeOf(models.load('m'));
  assert.equal(models.isAsked('m'), true);
  await engines.end('m/1');
  assert.equal(load.now, 'pending');
  assert.deepEqual(stage.index, ['m/1 READY', 'm/2 LOADING']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await engines.end('m/2');
  assert.equal(load.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/2@a');
  assert.equal(stage.servedBy('m/1'), 'm/1@a');
  assert.deepEqual(models.readyVersions('m'), ['1', '2']);
  await stopAndCheck(stage);
});

test('what is not known is not found, whatever is asked of it', async () => {
  const stage = await loadedStage([offered('m', '1', { labels: { stable: '1' } })]);
  const { models } = stage;
  const unknown = { code: 'NOT_FOUND', message: "Request for unknown model: 'x' is not found" };
  const ref = { name: 'x', version: null };
  assert.throws(() => models.acquire(ref), unknown);
  assert.throws(() => models.describe(ref), unknown);
  assert.throws(() => models.isReady(ref), unknown);
  assert.throws(() => models.statistics(ref), unknown);
  assert.throws(() => models.readyVersions('x'), unknown);
  assert.throws(() => models.unload('x'), unknown);
  await assert.rejects(models.load('x'), {
    code: 'NOT_FOUND',
    message: "failed to load 'x', failed to poll from model repository: no model of that name is configured",
  });
  assert.throws(() => models.acquire({ name: 'm', version: '7' }), {
    code: 'NOT_FOUND',
    message: "Request for unknown model: 'm' version 7 is not found; it has 1, stable (1)",
  });
  await models.withdraw('x');
  await stopAndCheck(stage);
});

test('loading what is loaded does nothing', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  await stage.models.load('m');
  await stage.models.loadAll();
  assert.equal(stage.engines.loads.length, 1);
  await stopAndCheck(stage);
});

test('concurrent loads of the same thing are one, and both wait for it', async () => {
  const stage = new Stage([offered('m', '1')]);
  const first = outcomeOf(stage.models.load('m'));
  await settle();
  const second = outcomeOf(stage.models.load('m'));
  await settle();
  assert.deepEqual([first.now, second.now], ['pending', 'pending']);
  await stage.engines.end('m/1');
  assert.deepEqual([first.now, second.now], ['done', 'done']);
  assert.equal(stage.engines.loads.length, 1);
  await stopAndCheck(stage);
});

test('a load that fails says why to whoever asked for it, and in the index; the next load tries again', async () => {
  const stage = new Stage([offered('m', '1')]);
  const first = outcomeOf(stage.models.load('m'));
  await stage.engines.fail('m/1', 'the file is empty');
  assert.equal(first.now, "load failed for model 'm': version 1 is at UNAVAILABLE state: the file is empty");
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE: the file is empty']);
  assert.match(stage.servedBy('m'), /it could not be loaded: the file is empty$/);
  const second = outcomeOf(stage.models.load('m'));
  await stage.engines.end('m/1');
  assert.equal(second.now, 'done');
  assert.deepEqual(stage.index, ['m/1 READY']);
  await stopAndCheck(stage);
});

test('a load that is asked for just when another one failed makes both wait for its own try', async () => {
  // At some depth the second comes after the first was settled, and before it has looked.
  for (let depth = 0; depth < 12; depth++) {
    const stage = new Stage([offered('m', '1')]);
    const { models, engines } = stage;
    const first = outcomeOf(models.load('m'));
    let second = { now: 'not asked' };
    const askAt = (left: number): void => {
      if (left === 0) second = outcomeOf(models.load('m'));
      else queueMicrotask(() => askAt(left - 1));
    };
    const off = models.onChange(() => {
      if (models.index()[0]?.reason !== 'no') return;
      off();
      askAt(depth);
    });
    await engines.fail('m/1', 'no');
    await engines.end('m/1');
    const failed = "load failed for model 'm': version 1 is at UNAVAILABLE state: no";
    assert.ok(['done', failed].includes(first.now), `${depth}: ${first.now}`);
    assert.equal(second.now, 'done');
    await stopAndCheck(stage);
  }
});

test('a new revision is loaded beside the old one, which serves until it is ready and then leaves', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b'));
  await settle();
  assert.deepEqual(engines.opening, ['m/1@b']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  assert.deepEqual(stage.index, ['m/1 READY']);
  await engines.end('m/1@b');
  assert.equal(stage.servedBy('m'), 'm/1@b');
  assert.deepEqual(engines.opened, ['m/1@b']);
  await stopAndCheck(stage);
});

test('the same revision again changes nothing', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  stage.models.offer(offered('m', '1'));
  await settle();
  assert.equal(stage.engines.loads.length, 1);
  await stopAndCheck(stage);
});

test('where the new revision fails the old one stays, and the index says why; the next load replaces it', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b'));
  await engines.fail('m/1@b', 'the file is cut off');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  const kept = 'm/1 READY: what was loaded before goes on serving: the file is cut off';
  assert.deepEqual(stage.index, [kept]);

  const second = outcomeOf(models.load('m'));
  await engines.fail('m/1@b', 'it still is');
  assert.match(second.now, /^load failed for model 'm': version 1 is at UNAVAILABLE state: it still is$/);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  assert.deepEqual(stage.index, ['m/1 READY: what was loaded before goes on serving: it still is']);

  models.offer(offered('m', '1@c'));
  await engines.end('m/1@c');
  assert.deepEqual(stage.index, ['m/1 READY']);
  assert.deepEqual(engines.opened, ['m/1@c']);
  await stopAndCheck(stage);
});

test('going back to the revision that still serves stops nothing and loads nothing', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  models.offer(offered('m', '1@b'));
  await settle();
  models.offer(offered('m', '1'));
  await engines.end('m/1@b');
  assert.deepEqual(engines.opened, ['m/1@a']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  assert.equal(engines.loads.length, 2);
  await stopAndCheck(stage);
});

test('at no moment does a revision serve that came too late', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const served = new Set<string>();
  models.onChange(() => void served.add(stage.servedBy('m')));
  models.offer(offered('m', '1@b'));
  await settle();
  models.offer(offered('m', '1@c'));
  await engines.end('m/1@b');
  assert.deepEqual(engines.opened, ['m/1@a']);
  await engines.end('m/1@c');
  assert.deepEqual([...served], ['m/1@a', 'm/1@c']);
  models.offer(offered('m', '1@d'));
  await settle();
  models.offer(offered('m', '1@c'));
  await engines.end('m/1@d');
  assert.deepEqual([...served], ['m/1@a', 'm/1@c']);
  await stopAndCheck(stage);
});

test('a new revision serves from the moment when it is ready', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const seen: string[] = [];
  models.onChange(() => void seen.push(stage.servedBy('m')));
  models.offer(offered('m', '1@b'));
  await engines.end('m/1@b');
  assert.deepEqual(
    seen.filter((served, at) => served !== seen[at - 1]),
    ['m/1@a', 'm/1@b'],
  );
  await stopAndCheck(stage);
});

test('force loads again what has not changed, beside what serves', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const before = engines.of('m/1');
  const forced = outcomeOf(models.load('m', { isForced: true }));
  await settle();
  assert.equal(engines.loads.length, 2);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  assert.equal(before.isOpen, true);
  await engines.end('m/1');
  assert.equal(forced.now, 'done');
  assert.equal(before.isOpen, false);
  await stopAndCheck(stage);
});

test('force that fails keeps what serves', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const forced = outcomeOf(stage.models.load('m', { isForced: true }));
  await stage.engines.fail('m/1', 'gone');
  assert.match(forced.now, /version 1 is at UNAVAILABLE state: gone/);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  assert.deepEqual(stage.index, ['m/1 READY: what was loaded before goes on serving: gone']);
  await stopAndCheck(stage);
});

test('no more are loaded at the same time than there are places', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const stage = new Stage(
    names.map((name) => offered(name, '1')),
    { maxLoads: 2 },
  );
  const { models, engines } = stage;
  const loaded = outcomeOf(models.loadAll());
  await settle();
  assert.deepEqual(engines.opening, ['a/1@a', 'b/1@a']);
  await engines.end('b/1');
  assert.deepEqual(engines.opening, ['a/1@a', 'c/1@a']);
  await engines.fail('a/1', 'no');
  assert.deepEqual(engines.opening, ['c/1@a', 'd/1@a']);
  await models.unload('e');
  await engines.end('c/1', 'd/1');
  assert.deepEqual(engines.opening, [], 'one that nobody wants any more is not begun');
  assert.equal(loaded.now, 'done');
  assert.equal(engines.mostOpening, 2);
  await stopAndCheck(stage);
});

test('one model does not wait for another', async () => {
  const stage = new Stage([offered('slow', '1'), offered('fast', '1')]);
  const { models, engines } = stage;
  const slow = outcomeOf(models.load('slow'));
  const fast = outcomeOf(models.load('fast'));
  await engines.end('fast/1');
  assert.deepEqual([slow.now, fast.now], ['pending', 'done']);
  const unloaded = outcomeOf(models.unload('fast'));
  await settle();
  assert.equal(unloaded.now, 'done');
  await engines.end('slow/1');
  await stopAndCheck(stage);
});

test('whoever listens hears of every change, and can call that off', async () => {
  const stage = new Stage([offered('m', '1')]);
  const seen: string[] = [];
  const off = stage.models.onChange(() => {
    const now = stage.index.join();
    if (now !== seen.at(-1)) seen.push(now);
  });
  void stage.models.load('m');
  await stage.engines.end('m/1');
  assert.deepEqual(seen, ['m/1 LOADING', 'm/1 READY']);
  stage.models.offer(offered('n', '1'));
  assert.equal(seen.at(-1), 'm/1 READY,n/1 UNAVAILABLE -');
  off();
  await stopAndCheck(stage);
  assert.equal(seen.length, 3);
});

test('what serves counts for itself, and what is on trial is not counted', async () => {
  const stage = await loadedStage([offered('m', '1 2')]);
  const { models } = stage;
  const versions = (ref: Parameters<ModelManager['statistics']>[0]) =>
    models.statistics(ref).map(({ name, version }) => `${name}/${version}`);
  assert.deepEqual(versions(null), ['m/1', 'm/2']);
  assert.deepEqual(versions({ name: 'm', version: '2' }), ['m/2']);
  void models.apply([offered('m', '1 2'), offered('n', '1')], true);
  await settle();
  assert.deepEqual(versions(null), ['m/1', 'm/2']);
  await stage.engines.end('n/1');
  assert.deepEqual(versions(null), ['m/1', 'm/2', 'n/1']);
  await models.unload('m');
  assert.throws(() => versions({ name: 'm', version: null }), { code: 'UNAVAILABLE' });
  await stopAndCheck(stage);
});
