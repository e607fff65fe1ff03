/** The life of models, with loads that end when the test says so: `FakeEngines` stands for devices and engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.js';
import { ensembleOf, FakeEngines, offered, outcomeOf, settle } from '../../test/support/lifecycle.js';
import type { Handle } from './handle.js';
import type { LoadOptions } from './load-queue.js';
import { ModelManager } from './manager.js';
import type { OfferedModel } from './offer.js';
import { NO_RETRY } from './retry.js';

const latest = { policy: { kind: 'latest', count: 1 } } as const;
const MINUTE_MS = 60_000;

class Stage {
  readonly engines = new FakeEngines();
  readonly clock = new FakeClock();
  readonly models: ModelManager;

  constructor(offers: readonly OfferedModel[], options: Partial<LoadOptions> = {}) {
    const loading = { maxLoads: 4, retry: NO_RETRY, ...options };
    this.models = new ModelManager(offers, this.engines.open, loading, this.clock);
  }

  /** The index as lines: `m/1 READY`, with `-` where it is not wanted, and the reason where there is one. */
  get index(): readonly string[] {
    return this.models.index().map(({ name, version, state, reason, wanted }) => {
      const mark = wanted ? '' : ' -';
      return `${name}/${version} ${state}${mark}${reason === '' ? '' : `: ${reason}`}`;
    });
  }

  /** Which load serves a name, or `name/version`; else why none does. */
  servedBy(text: string): string {
    try {
      const handle = this.borrow(text);
      handle.release();
      return handle.deployment.fileName;
    } catch (thrown) {
      return (thrown as Error).message;
    }
  }

  borrow(text: string): Handle {
    const [name = '', version = null] = text.split('/');
    return this.models.acquire({ name, version });
  }

  /** Loads everything, and ends each load as it comes. */
  async loadAll(): Promise<void> {
    const loaded = outcomeOf(this.models.loadAll());
    for (let turn = 0; turn < 100 && loaded.now === 'pending'; turn++) {
      await settle();
      for (const load of this.engines.loads) if (load.isOpening) load.end();
    }
    assert.equal(loaded.now, 'done');
  }
}

async function loadedStage(
  offers: readonly OfferedModel[],
  options: Partial<LoadOptions> = {},
): Promise<Stage> {
  const stage = new Stage(offers, options);
  await stage.loadAll();
  return stage;
}

/** Nothing is open any more, all was closed once, and no timer is left. */
async function stopAndCheck({ models, engines, clock }: Stage): Promise<void> {
  await models.stop();
  assert.deepEqual(engines.opened, []);
  assert.deepEqual(engines.opening, []);
  for (const { id, closings } of engines.loads)
    assert.ok(closings <= 1, `${id} was closed ${closings} times`);
  assert.equal(clock.timers, 0, 'timers are left');
}

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
  // It is offered, loading and ready; then the old one is unloading, and gone.
  assert.deepEqual(seen, ['m/1@a', 'm/1@a', 'm/1@b', 'm/1@b', 'm/1@b']);
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

test('with the latest version wanted, the one before leaves when the new one is ready', async () => {
  const stage = await loadedStage([offered('m', '1', latest)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', latest));
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
  const stage = await loadedStage([offered('m', '1', latest)]);
  const { models, engines } = stage;
  models.offer(offered('m', '1 2', latest));
  await engines.fail('m/2', 'too large');
  assert.deepEqual(stage.index, ['m/1 READY -', 'm/2 UNAVAILABLE: too large']);
  assert.equal(stage.servedBy('m'), 'm/1@a');
  const again = outcomeOf(models.load('m'));
  await engines.end('m/2');
  assert.equal(again.now, 'done');
  assert.deepEqual(engines.opened, ['m/2@a']);
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

const RETRY = { count: 3, firstDelayMs: 1000, longestDelayMs: 3000 };

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
    clock.advance(MINUTE_MS);
    await settle();
    assert.equal(engines.loads.filter(({ id }) => id === 'm/1@a').length, 1);
    await stopAndCheck(stage);
  }
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
  const stage = await loadedStage([offered('m', '1', latest)]);
  const { models, engines } = stage;
  models.offer(offered('m', '2', latest));
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
  await assert.rejects(models.load('new'), { code: 'NOT_FOUND' });
  assert.deepEqual(models.offered, BEFORE);
  await engines.end('new/1');
  assert.equal(applied.now, 'done');
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
  assert.deepEqual(models.plan(AFTER, true), { load: [], change: [], unload: [], keep: 4 });
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

test('whoever listens hears of every change, and can call that off', async () => {
  const stage = new Stage([offered('m', '1')]);
  const seen: string[] = [];
  const off = stage.models.onChange(() => void seen.push(stage.index.join()));
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
