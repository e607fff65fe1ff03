/** A manager with loads that end when the test says so: `FakeEngines` stands for devices and engines. */
import assert from 'node:assert/strict';
import type { Handle } from '#lifecycle/handle.js';
import type { LoadOptions } from '#lifecycle/load-queue.js';
import { ModelManager } from '#lifecycle/manager.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { FakeClock } from './fake-clock.js';
import { FakeEngines, outcomeOf, settle } from './lifecycle.js';

/** Of a model's versions, the newest. */
export const LATEST = { policy: { kind: 'latest', count: 1 } } as const;

/** What failed is tried again after 1, 2 and 3 seconds. */
export const RETRY = { count: 3, firstDelayMs: 1000, longestDelayMs: 3000 };

export class Stage {
  readonly engines: FakeEngines = new FakeEngines();
  readonly clock: FakeClock = new FakeClock();
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

export async function loadedStage(
  offers: readonly OfferedModel[],
  options: Partial<LoadOptions> = {},
): Promise<Stage> {
  const stage = new Stage(offers, options);
  await stage.loadAll();
  return stage;
}

/** Nothing is open any more, all was closed once, and no timer is left. */
export async function stopAndCheck({ models, engines, clock }: Stage): Promise<void> {
  await models.stop();
  assert.deepEqual(engines.opened, []);
  assert.deepEqual(engines.opening, []);
  for (const { id, closings } of engines.loads)
    assert.ok(closings <= 1, `${id} was closed ${closings} times`);
  assert.equal(clock.timers, 0, 'timers are left');
}
