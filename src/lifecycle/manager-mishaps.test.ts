/** What failed is tried again, and what was lost is closed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { LATEST, loadedStage, RETRY, Stage, stopAndCheck } from '../../test/support/model-stage.js';
import type { ModelManager } from './manager.js';

test('where told, what failed is tried again by itself, later each time, and a load waits for that', async () => {
  const stage = new Stage([offered('m', '1')], { retry: RETRY });
  const { models, engines, clock } = stage;
  const loaded = outcomeOf(models.load('m'));
  for (const delayMs of [1000, 2000, 3000]) {
    await engines.fail('m/1', `not yet`);
    assert.equal(loaded.now, 'pending');
    assert.deepEqual(stage.index, ['m/1 UNAVAILABLE: not yet']);
    clock.advance(delayMs - 1);
    await settle();
    assert.deepEqual(engines.opening, []);
    clock.advance(1);
    await settle();
    assert.deepEqual(engines.opening, ['m/1@a']);
  }
  await engines.end('m/1');
  assert.equal(loaded.now, 'done');
  assert.equal(engines.loads.length, 4);
  await stopAndCheck(stage);
});

test('when the tries are used up it is left alone, and a load begins them anew', async () => {
  const stage = new Stage([offered('m', '1')], { retry: { ...RETRY, count: 1 } });
  const { models, engines, clock } = stage;
  const first = outcomeOf(models.load('m'));
  await engines.fail('m/1', 'once');
  clock.advance(1000);
  await engines.fail('m/1', 'twice');
  assert.match(first.now, /twice$/);
  assert.equal(clock.timers, 0);
  const second = outcomeOf(models.load('m'));
  await engines.fail('m/1', 'a third time');
  assert.equal(second.now, 'pending');
  clock.advance(1000);
  await engines.end('m/1');
  assert.equal(second.now, 'done');
  await stopAndCheck(stage);
});

test('a load while a try is due begins at once, and the timer is gone', async () => {
  const stage = new Stage([offered('m', '1')], { retry: RETRY });
  const { models, engines, clock } = stage;
  const first = outcomeOf(models.load('m'));
  await engines.fail('m/1', 'not yet');
  assert.equal(clock.timers, 1);
  const second = outcomeOf(models.load('m'));
  assert.equal(clock.timers, 0);
  await engines.end('m/1');
  assert.deepEqual([first.now, second.now], ['done', 'done']);
  assert.equal(engines.loads.length, 2);
  await stopAndCheck(stage);
});

test('a new revision, an unload and a stop each end the tries of what failed', async () => {
  const ends: ((models: ModelManager) => unknown)[] = [
    (models) => models.offer(offered('m', '1@b')),
    (models) => models.unload('m'),
    (models) => models.withdraw('m'),
    (models) => models.stop(),
  ];
  for (const end of ends) {
    const stage = new Stage([offered('m', '1')], { retry: RETRY });
    const { models, engines, clock } = stage;
    const loaded = outcomeOf(models.load('m'));
    await engines.fail('m/1@a', 'not yet');
    assert.equal(clock.timers, 1);
    void end(models);
    assert.equal(clock.timers, 0);
    await settle();
    if (engines.opening.length > 0) await engines.end('m/1@b');
    assert.notEqual(loaded.now, 'pending');
    clock.advance(60_000);
    await settle();
    assert.equal(engines.loads.filter(({ id }) => id === 'm/1@a').length, 1);
    await stopAndCheck(stage);
  }
});

test('one that is lost is unavailable and says why; it is closed, and the next load brings it back', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const lost = engines.of('m/1');
  const handle = stage.borrow('m');
  lost.lose('the thread died 5 times');
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE: the thread died 5 times']);
  assert.match(stage.servedBy('m'), /the thread died 5 times$/);
  handle.release();
  await settle();
  assert.equal(lost.closings, 1);
  const loaded = outcomeOf(models.load('m'));
  await engines.end('m/1');
  assert.equal(loaded.now, 'done');
  assert.equal(stage.servedBy('m'), 'm/1@a');
  await stopAndCheck(stage);
});

test('one that is lost before it is ready has failed, and is closed', async () => {
  const stage = new Stage([offered('m', '1')]);
  const { models, engines } = stage;
  const loaded = outcomeOf(models.load('m'));
  await settle();
  engines.of('m/1').lose('the thread died');
  await engines.end('m/1');
  assert.match(loaded.now, /version 1 is at UNAVAILABLE state: the thread died$/);
  assert.equal(engines.of('m/1').closings, 1);
  await stopAndCheck(stage);
});

test('one that is lost twice, or while it is being unloaded, is closed once', async () => {
  const stage = await loadedStage([offered('m', '1'), offered('n', '1')]);
  const { models, engines } = stage;
  engines.of('m/1').lose('first');
  engines.of('m/1').lose('second');
  const handle = stage.borrow('n');
  void models.unload('n');
  engines.of('n/1').lose('too late');
  handle.release();
  await settle();
  assert.deepEqual(stage.index, ['m/1 UNAVAILABLE: first', 'n/1 UNAVAILABLE -: unloaded']);
  await stopAndCheck(stage);
});

test('an old revision that went on serving and is lost is forgotten, and what is wanted is spoken of', async () => {
  const stage = await loadedStage([offered('m', '1', LATEST)]);
  const { models, engines } = stage;
  models.offer(offered('m', '2', LATEST));
  await engines.fail('m/2', 'too large');
  engines.of('m/1').lose('it died');
  await settle();
  assert.deepEqual(stage.index, ['m/2 UNAVAILABLE: too large']);
  await stopAndCheck(stage);
});

test('a stop waits for what is being closed since it was lost', async () => {
  const stage = await loadedStage([offered('m', '1')]);
  const { models, engines } = stage;
  const load = engines.of('m/1');
  const hold = load.hold();
  load.lose('it died');
  const stopped = outcomeOf(models.stop());
  await settle();
  assert.equal(stopped.now, 'pending');
  hold.resolve();
  await settle();
  assert.equal(stopped.now, 'done');
  await stopAndCheck(stage);
});
