import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Deferred, deferred } from '#core/deferred.js';
import { NO_RESTARTS } from '#inference/restarts.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { handleOf } from '../../test/support/handles.js';
import { callOf, jobOf, settle } from '../../test/support/scheduling.js';
import { offerOf } from '../../test/support/server.js';
import { Counters } from './counters.js';
import { ModelManager } from './manager.js';
import type { OfferedModel, OfferedVersion } from './offer.js';
import type { OpenVersion } from './open-version.js';
import { NO_RETRY } from './retry.js';
import { PLAIN_TRAFFIC } from './traffic.js';
import { EVERY_VERSION } from './version-policy.js';

/** Versions that are loaded by saying so, and answer at once. */
class Stage {
  /** The versions that were opened, in that order. */
  readonly opened: string[] = [];
  /** Cannot be loaded. */
  readonly broken = new Set<string>();
  /** Version and id of sequences that are open. */
  readonly sequences = new Set<string>();
  /** How often each version was asked. */
  readonly asked: Record<string, number> = {};
  /** Answers that are waited for, by version. */
  readonly held = new Map<string, Deferred<void>>();
  readonly models: ModelManager;

  constructor(offers: readonly OfferedModel[]) {
    const loading = { maxLoads: 4, retry: NO_RETRY };
    this.models = new ModelManager(offers, (offer) => this.#open(offer), loading, new FakeClock());
  }

  async #open({ name, version }: OfferedVersion): Promise<OpenVersion> {
    if (this.broken.has(version)) throw new Error('broken');
    this.opened.push(version);
    const { metadata, signature, deployment } = handleOf();
    return {
      metadata: { ...metadata, name, version },
      signature,
      deployment,
      maxRequestRows: 8,
      devices: [],
      waiting: { requests: 0, oldestMs: 0 },
      threadDeaths: 0,
      restarts: NO_RESTARTS,
      wall: 'thread',
      memory: [],
      counts: new Counters().counts,
      hasSequence: (id) => this.sequences.has(`${version}/${id}`),
      submit: async ({ inputs: [input] }) => {
        this.asked[version] = (this.asked[version] ?? 0) + 1;
        assert.ok(input);
        await this.held.get(version)?.promise;
        const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };
        return { outputs: [{ ...input, name: 'y' }], timings };
      },
      close: async () => {},
    };
  }

  /** Has the model answer so many requests that name no version; answers which version did how many. */
  async ask(count: number): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (let i = 0; i < count; i++) {
      const handle = this.models.acquire({ name: 'm', version: null });
      await handle.submit(jobOf(1), callOf());
      handle.release();
      const { version } = handle.metadata;
      counts[version] = (counts[version] ?? 0) + 1;
    }
    await settle();
    return counts;
  }

  versionOf(version: string | null, sequence: string | bigint | null = null): string {
    const handle = this.models.acquire({ name: 'm', version }, sequence);
    handle.release();
    return handle.metadata.version;
  }
}

function modelOf(versions: readonly string[], parts: Partial<OfferedModel> = {}): OfferedModel {
  const { role: _, ...offer } = offerOf({ name: 'm', path: '/m' });
  return {
    name: 'm',
    versions: versions.map((version) => ({ ...offer, version, revision: version })),
    policy: EVERY_VERSION,
    update: 'overlap',
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source: 'a test',
    fault: null,
    faults: {},
    ...parts,
  };
}

async function loaded(offered: OfferedModel, broken: readonly string[] = []): Promise<Stage> {
  const stage = new Stage([offered]);
  for (const version of broken) stage.broken.add(version);
  await stage.models.loadAll();
  return stage;
}

const ninetyTen = { split: { 1: 90, 2: 10 }, shadow: null };

test('a label leads to its version, and to another one as soon as that is offered, without any load', async () => {
  const stage = await loaded(modelOf(['1', '2'], { labels: { stable: '1', canary: '2' } }));
  assert.deepEqual(
    [stage.versionOf('stable'), stage.versionOf('canary'), stage.versionOf('2')],
    ['1', '2', '2'],
  );
  assert.deepEqual(
    stage.models.index().map(({ version, labels }) => [version, labels]),
    [
      ['1', ['stable']],
      ['2', ['canary']],
    ],
  );
  stage.models.offer(modelOf(['1', '2'], { labels: { stable: '2' }, traffic: ninetyTen }));
  assert.equal(stage.versionOf('stable'), '2');
  assert.deepEqual(await stage.ask(1000), { 1: 900, 2: 100 });
  assert.deepEqual(stage.opened, ['1', '2']);
  assert.throws(() => stage.versionOf('canary'), {
    code: 'NOT_FOUND',
    message: "Request for unknown model: 'm' version canary is not found; it has 1, 2, stable (2)",
  });
});

test('a label of a version that cannot serve is refused as the version is', async () => {
  const stage = await loaded(modelOf(['1', '2'], { labels: { stable: '1' } }), ['1']);
  const message = "model 'm' version 1 is not at ready state: it could not be loaded: broken";
  assert.throws(() => stage.versionOf('stable'), { code: 'UNAVAILABLE', message });
  assert.equal(stage.models.isReady({ name: 'm', version: 'stable' }), false);
});

test('what a label is called like never hides a version', async () => {
  const stage = await loaded(modelOf(['1', '2'], { labels: { 2: '1', constructor: '1' } }));
  assert.deepEqual([stage.versionOf('2'), stage.versionOf('constructor')], ['2', '1']);
  assert.throws(() => stage.versionOf('toString'), { code: 'NOT_FOUND' });
});

test('the share of a version that is not ready goes to the others', async () => {
  const traffic = { split: { 1: 50, 2: 25, 3: 25 }, shadow: null };
  const stage = await loaded(modelOf(['1', '2', '3'], { traffic }), ['1']);
  const { 2: second = 0, 3: third = 0, ...others } = await stage.ask(100);
  assert.ok(Math.abs(second - 50) <= 1 && second + third === 100, `${second} and ${third}`);
  assert.deepEqual(others, {});
});

test('a version without a weight gets nothing, not even when it is the only one', async () => {
  const traffic = { split: { 1: 1, 2: 0 }, shadow: null };
  const stage = await loaded(modelOf(['1', '2', '3'], { traffic }), ['1']);
  const message = "model 'm' version 1 is not at ready state: it could not be loaded: broken";
  assert.throws(() => stage.versionOf(null), { code: 'UNAVAILABLE', message });
  assert.equal(stage.models.isReady({ name: 'm', version: null }), false);
  assert.equal(stage.versionOf('3'), '3');
});

test('what is told of a model is told of the newest that may answer for it', async () => {
  const told = async (traffic: OfferedModel['traffic']): Promise<string> => {
    const stage = await loaded(modelOf(['1', '2', '3'], { traffic }));
    const versions = Array.from(
      { length: 20 },
      () => stage.models.describe({ name: 'm', version: null }).metadata.version,
    );
    assert.equal(new Set(versions).size, 1);
    return versions[0] ?? '';
  };
  assert.equal(await told(PLAIN_TRAFFIC), '3');
  assert.equal(await told(ninetyTen), '2');
  assert.equal(await told({ split: null, shadow: { version: '3', percent: 100 } }), '2');
});

test('a sequence stays with its version, whatever becomes of the weights', async () => {
  const stage = await loaded(modelOf(['1', '2'], { traffic: { split: { 1: 50, 2: 50 }, shadow: null } }));
  const ids = Array.from({ length: 100 }, (_, at) => BigInt(at + 1));
  const first = ids.map((id) => stage.versionOf(null, id));
  assert.deepEqual(new Set(first), new Set(['1', '2']));
  assert.deepEqual(
    ids.map((id) => stage.versionOf(null, id)),
    first,
  );
  for (const [i, id] of ids.entries()) stage.sequences.add(`${first[i]}/${id}`);
  stage.models.offer(modelOf(['1', '2'], { traffic: { split: { 1: 1, 2: 99 }, shadow: null } }));
  assert.deepEqual(
    ids.map((id) => stage.versionOf(null, id)),
    first,
  );
  stage.sequences.clear();
  assert.notDeepEqual(
    ids.map((id) => stage.versionOf(null, id)),
    first,
  );
});

test('a sequence stays where it is open when a newer version comes', async () => {
  const stage = await loaded(modelOf(['1']));
  stage.sequences.add('1/7');
  stage.models.offer(modelOf(['1', '2']));
  await stage.models.loadAll();
  assert.deepEqual(
    [stage.versionOf(null, 7n), stage.versionOf(null, 8n), stage.versionOf('2', 7n)],
    ['1', '2', '2'],
  );
});

test('a shadow answers nobody, and gets copies of what names no version', async () => {
  const traffic = { split: null, shadow: { version: '2', percent: 50 } };
  const stage = await loaded(modelOf(['1', '2'], { traffic }));
  assert.deepEqual(await stage.ask(10), { 1: 10 });
  assert.deepEqual(stage.asked, { 1: 10, 2: 5 });
  for (let i = 0; i < 2; i++) {
    const handle = stage.models.acquire({ name: 'm', version: '1' });
    await handle.submit(jobOf(1), callOf());
    handle.release();
  }
  assert.deepEqual(stage.asked, { 1: 12, 2: 5 });
  const [first, second] = stage.models.statistics({ name: 'm', version: null });
  assert.deepEqual([first?.shadow, second?.shadow?.sent, second?.shadow?.equal], [undefined, 5, 5]);
  stage.models.offer(modelOf(['1', '2']));
  assert.deepEqual(await stage.ask(10), { 2: 10 });
  assert.deepEqual(stage.asked, { 1: 12, 2: 15 });
});

test('a shadow that is not ready costs nobody anything', async () => {
  const traffic = { split: null, shadow: { version: '2', percent: 100 } };
  const stage = await loaded(modelOf(['1', '2'], { traffic }), ['2']);
  assert.deepEqual(await stage.ask(3), { 1: 3 });
  assert.deepEqual(stage.asked, { 1: 3 });
});

test('an unload of the shadow waits for the copies that it has, and nobody else does', async () => {
  const traffic = { split: null, shadow: { version: '2', percent: 100 } };
  const stage = await loaded(modelOf(['1', '2'], { traffic }));
  const states = (): readonly string[] =>
    stage.models.index().map(({ version, state }) => `${version} ${state}`);
  const held = deferred<void>();
  stage.held.set('2', held);
  assert.deepEqual(await stage.ask(1), { 1: 1 });
  stage.models.offer(modelOf(['1']));
  await settle();
  assert.deepEqual(states(), ['1 READY', '2 UNLOADING']);
  held.resolve();
  await settle();
  assert.deepEqual(states(), ['1 READY']);
});
