/** Sources that are slow or away hold up nobody: the test says when each answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE_EPOCH_MS } from '../../test/support/fake-clock.js';
import { ensembleOf, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import { Stage, stopAndCheck } from '../../test/support/model-stage.js';
import { PlayedSource } from '../../test/support/played-source.js';
import { ModelControl } from './model-control.js';
import { type ControlOptions, DEFAULT_CONTROL } from './options.js';

/** Nothing is loaded before the test ends a load. */
function controlled(sources: readonly PlayedSource[], options: Partial<ControlOptions> = {}) {
  const stage = new Stage([]);
  const control = new ModelControl({
    models: stage.models,
    sources,
    options: { ...DEFAULT_CONTROL, ...options },
    clock: stage.clock,
    overrides: {
      isAsked: () => false,
      offerOf: () => Promise.reject(new Error('nobody brings anything here')),
      tidy: () => {},
      close: async () => {},
    },
    reread: async () => ({
      problems: [],
      source: sources[0] as PlayedSource,
      restart: [],
      accept: () => {},
    }),
  });
  const stop = async (): Promise<void> => {
    await control.stop();
    await stopAndCheck(stage);
  };
  return { ...stage, stage, control, stop };
}

test('what one source has is loaded though another one has not answered; ready is the server when all have', async () => {
  const near = new PlayedSource('near', [offered('n', '1')]);
  const far = new PlayedSource('far', [offered('f', '1')]);
  far.hold();
  const { stage, control, engines, stop } = controlled([far, near]);
  const started = outcomeOf(control.start());
  await engines.end('n/1');
  assert.deepEqual(stage.index, ['n/1 READY']);
  assert.equal(control.hasLooked, false);
  far.answer();
  await settle();
  assert.equal(control.hasLooked, true);
  assert.equal(started.now, 'pending');
  await engines.end('f/1');
  assert.equal(started.now, 'done');
  assert.deepEqual(stage.index, ['f/1 READY', 'n/1 READY'], 'in the order of the sources');
  await stop();
});

test('models are loaded as they arrive, an ensemble when all that it is made of is there', async () => {
  const list = [ensembleOf('e', '1', 'a b'), offered('a', '1'), offered('b', '1')];
  const far = new PlayedSource('far', list);
  far.hold();
  const { stage, control, engines, stop } = controlled([far]);
  const started = outcomeOf(control.start());
  await settle();
  far.tell('e');
  far.tell('a');
  await settle();
  assert.deepEqual(engines.opening, ['a/1@a']);
  await engines.end('a/1');
  assert.deepEqual(stage.index, ['e/1 UNAVAILABLE -', 'a/1 READY']);
  far.tell('b');
  await engines.end('b/1');
  assert.deepEqual(stage.index, ['e/1 READY', 'a/1 READY', 'b/1 READY']);
  far.answer();
  await settle();
  assert.equal(started.now, 'done');
  await stop();
});

test('of a name that two sources have the first counts, also when it answers last', async () => {
  const slow = new PlayedSource('slow', [offered('m', '1@slow')]);
  slow.hold();
  const { stage, control, engines, stop } = controlled([
    slow,
    new PlayedSource('quick', [offered('m', '1@q')]),
  ]);
  const started = outcomeOf(control.start());
  await engines.end('m/1@q');
  assert.equal(stage.servedBy('m'), 'm/1@q');
  slow.answer();
  await engines.end('m/1@slow');
  assert.equal(stage.servedBy('m'), 'm/1@slow');
  assert.equal(started.now, 'done');
  await stop();
});

for (const mode of ['none', 'explicit', 'poll'] as const) {
  test(`${mode}: a source that is away at the start is tried again, later and later, and then has its models loaded`, async () => {
    const away = new PlayedSource('away', [offered('m', '1')]);
    away.away = 'nobody is there';
    const { stage, control, engines, clock, stop } = controlled([away], { mode, pollMs: 3000 });
    await control.start();
    assert.deepEqual(control.sources, [
      { name: 'away', isUp: false, fault: 'nobody is there', models: 0, lastSeenMs: null },
    ]);
    const waits = mode === 'poll' ? [1000, 2000, 3000, 3000] : [1000, 2000, 4000, 8000];
    for (const [at, waitMs] of waits.entries()) {
      clock.advance(waitMs - 1);
      await settle();
      assert.equal(away.looks, at + 1);
      clock.advance(1);
      await settle();
      assert.equal(away.looks, at + 2);
    }
    away.away = null;
    clock.advance(60_000);
    await engines.end('m/1');
    assert.deepEqual(stage.index, ['m/1 READY']);
    const [state] = control.sources;
    assert.equal(state?.isUp, true);
    assert.ok((state?.lastSeenMs ?? 0) > FAKE_EPOCH_MS);
    const { looks } = away;
    clock.advance(2999);
    await settle();
    assert.equal(away.looks, looks, 'no more tries than the mode has looks');
    await stop();
  });
}

test('what is named to be loaded at the start is loaded when its source is back', async () => {
  const away = new PlayedSource('away', [offered('m', '1'), offered('other', '1')]);
  away.away = 'nobody is there';
  const { stage, control, engines, clock, stop } = controlled([away], { startWith: ['m'] });
  await control.start();
  away.away = null;
  clock.advance(1000);
  await engines.end('m/1');
  assert.deepEqual(stage.index, ['m/1 READY', 'other/1 UNAVAILABLE -']);
  await stop();
});

test('a load asks the sources that answer first, and tells what is wrong with one where no other has the model', async () => {
  const away = new PlayedSource('away', []);
  away.away = 'nobody is there';
  const near = new PlayedSource('near', [offered('m', '1')]);
  const { control, engines, stop } = controlled([away, near], { startWith: [] });
  await control.start();
  away.hold();
  const loaded = outcomeOf(control.load('m'));
  await engines.end('m/1');
  assert.equal(loaded.now, 'done');
  const unknown = outcomeOf(control.load('x'));
  away.answer();
  await settle();
  assert.equal(unknown.now, 'nobody is there');
  await stop();
});

test('polled, a source that does not answer holds up neither the news of another nor what leaves it', async () => {
  const stuck = new PlayedSource('stuck', [offered('s', '1')]);
  const live = new PlayedSource('live', [offered('l', '1')]);
  const { stage, control, engines, clock, stop } = controlled([stuck, live], { mode: 'poll', pollMs: 1000 });
  const started = control.start();
  await engines.end('s/1', 'l/1');
  await started;
  stuck.hold();
  live.models = [offered('new', '1')];
  clock.advance(1000);
  await engines.end('new/1');
  assert.deepEqual(stage.index, ['s/1 READY', 'new/1 READY']);
  stuck.answer();
  await settle();
  await stop();
});

test('a load of what a reload that is under way brings waits for the reload', async () => {
  const list = new PlayedSource('the list', []);
  const { stage, control, engines, stop } = controlled([list], { startWith: [] });
  await control.start();
  list.hold();
  const reloaded = outcomeOf(control.reload());
  await settle();
  // The reload has not read it yet: the source answers it that there is none.
  const loaded = outcomeOf(control.load('m'));
  await settle();
  assert.equal(loaded.now, 'pending');
  list.models = [offered('m', '1')];
  list.answer();
  await settle();
  assert.equal(reloaded.now, 'done');
  await engines.end('m/1');
  assert.equal(loaded.now, 'done');
  assert.deepEqual(stage.index, ['m/1 READY']);
  await stop();
});
