/**
 * Random changes of random models, with loads that end, fail and are lost in any order: whatever happens, what was ready
 * and is still wanted goes on serving, nobody's version is closed under them, and nothing is left behind. A failure names
 * its seed; `--test-name-pattern 'seed 17$'` runs it again, and tells what was done last.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import {
  ensembleOf,
  FakeEngines,
  type FakeLoad,
  offered,
  outcomeOf,
  settle,
} from '../../test/support/lifecycle.js';
import { oneOf, type Random, randomOf } from '../../test/support/random.js';
import { ServingWatch } from '../../test/support/serving-watch.js';
import { ModelManager } from './manager.js';
import { wantedOf } from './model.js';
import type { OfferedModel } from './offer.js';
import type { VersionPolicy } from './version-policy.js';

const SEEDS = 150;
const ACTIONS = 100;
const PLAIN = ['a', 'b', 'c'];
const ENSEMBLES = ['e', 'f'];
const NAMES = [...PLAIN, ...ENSEMBLES];
const VERSIONS = ['1', '2', '3'];

/** Something that was asked for, and what became of it. */
interface Asked {
  readonly what: string;
  readonly outcome: { readonly now: string };
}

class World {
  readonly random: Random;
  readonly clock = new FakeClock();
  readonly engines = new FakeEngines();
  readonly models: ModelManager;
  readonly done: string[] = [];
  readonly asked: Asked[] = [];
  readonly held: Deferred<void>[] = [];
  readonly watch: ServingWatch;
  /** Changes of what is offered that were asked for. */
  #changes = 0;
  /** One in so many loads fails. */
  readonly #mishaps: number;
  readonly seen = new Map<string, number>();

  constructor(seed: number) {
    const random = randomOf(seed);
    this.random = random;
    const maxLoads = oneOf(random, [1, 2, 2, 10]);
    this.#mishaps = oneOf(random, [3, 6, 1e9]);
    this.engines.misfit = () => (random(this.#mishaps * 2) === 0 ? 'they do not fit' : null);
    const retry = { count: oneOf(random, [0, 0, 2]), firstDelayMs: 1000, longestDelayMs: 10_000 };
    const offers = NAMES.filter(() => random(4) > 0).map((name) => this.#offerOf(name));
    this.models = new ModelManager(offers, this.engines.open, { maxLoads, retry }, this.clock);
    const watched = { models: this.models, engines: this.engines, maxLoads, plain: PLAIN };
    this.watch = new ServingWatch({ ...watched, ensembles: ENSEMBLES, versions: VERSIONS });
    this.models.onChange(() => this.look());
  }

  #offerOf(name: string): OfferedModel {
    const { random } = this;
    const versions = VERSIONS.filter(() => random(2) === 0).map(
      (version) => `${version}@${oneOf(random, ['a', 'b'])}`,
    );
    const steps = NAMES.filter((step) => step < name || random(8) === 0).filter(() => random(2) === 0);
    const step = (each: string): string => (random(3) === 0 ? `${each}/${oneOf(random, VERSIONS)}` : each);
    const plain = ENSEMBLES.includes(name)
      ? ensembleOf(name, versions.join(' '), steps.length === 0 ? 'a' : steps.map(step).join(' '))
      : offered(name, versions.join(' '));
    // Steps are a setting: another graph is another revision.
    const suffix = JSON.stringify(plain.versions[0]?.ensemble ?? null);
    const policy: VersionPolicy = oneOf(random, [
      { kind: 'all' },
      { kind: 'latest', count: 1 },
      { kind: 'latest', count: 1 },
      { kind: 'specific', versions: [oneOf(random, VERSIONS), '7'] },
    ]);
    return {
      ...plain,
      versions: plain.versions.map((version) => ({ ...version, revision: version.revision + suffix })),
      policy,
      labels: random(2) === 0 ? { stable: oneOf(random, VERSIONS) } : {},
      fault: random(8) === 0 ? 'its source cannot be read' : null,
    };
  }

  act(): void {
    const { random } = this;
    const name = oneOf(random, NAMES);
    const actions: [weight: number, act: () => void][] = [
      [3, () => this.#offer(name)],
      [1, () => this.#withdraw(name)],
      [3, () => this.#load(name, false)],
      [1, () => this.#load(name, true)],
      [1, () => this.#ask('load all', this.models.loadAll())],
      [1, () => this.#unload(name)],
      [1, () => this.#apply()],
      [10, () => this.#endOne()],
      [1, () => this.#loseOne()],
      [5, () => this.#borrow(name)],
      [5, () => this.#release()],
      [1, () => this.held.pop()?.resolve()],
      [2, () => this.#pass(random(3000))],
    ];
    let at = random(actions.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, act] of actions) {
      at -= weight;
      if (at >= 0) continue;
      act();
      break;
    }
    this.look();
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  #note(what: string): void {
    this.done.push(what);
  }

  #ask(what: string, promise: Promise<unknown>): void {
    this.#note(what);
    this.asked.push({ what, outcome: outcomeOf(promise) });
    promise.catch((thrown: unknown) => {
      if (thrown instanceof ServingError && /\S$/.test(thrown.message) && !thrown.message.endsWith(':'))
        return;
      this.watch.faults.push(`${what} was rejected with ${String(thrown)}`);
    });
  }

  #offer(name: string): void {
    const offer = this.#offerOf(name);
    this.#changes++;
    this.#note(`offer ${shown(offer)}`);
    this.models.offer(offer);
  }

  #withdraw(name: string): void {
    this.#changes++;
    this.#ask(`withdraw ${name}`, this.models.withdraw(name));
  }

  #load(name: string, isForced: boolean): void {
    const what = `load ${name}${isForced ? ' by force' : ''}`;
    const loaded = this.models.load(name, { isForced });
    this.#ask(what, loaded);
    loaded.then(
      () => {
        this.#count('loaded');
        // More may have begun since, so that only what failed proves anything.
        const failed = this.models
          .index()
          .filter(
            ({ name: of, wanted, state, reason }) =>
              of === name && wanted && state !== 'READY' && reason !== '',
          );
        if (failed.length > 0) this.watch.faults.push(`${what} ended well with ${JSON.stringify(failed)}`);
      },
      () => this.#count('not loaded'),
    );
  }

  #unload(name: string): void {
    try {
      const withDependents = this.random(2) === 0;
      const unloaded = this.models.unload(name, { withDependents });
      this.#ask(`unload ${name}${withDependents ? ' with all it is made of' : ''}`, unloaded);
    } catch (thrown) {
      this.watch.expectError(thrown, ['NOT_FOUND'], `unload ${name}`);
    }
  }

  #apply(): void {
    const { models, random } = this;
    const offers = NAMES.filter(() => random(5) > 0).map((name) =>
      random(2) === 0
        ? (models.offered.find((each) => each.name === name) ?? this.#offerOf(name))
        : this.#offerOf(name),
    );
    const loadsNew = random(2) === 0;
    const before = models.offered;
    const isQuiet = !this.asked.some(
      ({ outcome, what }) => outcome.now === 'pending' && /^(apply|withdraw)/.test(what),
    );
    const change = ++this.#changes;
    const isAlone = (): boolean => isQuiet && this.#changes === change;
    const applied = models.apply(offers, loadsNew);
    this.#ask(`apply ${offers.map(shown).join(' ')}${loadsNew ? ', loading what is new' : ''}`, applied);
    applied.then(
      () => {
        this.#count('applied');
        if (!isAlone()) return;
        const names = (list: readonly OfferedModel[]): string =>
          list
            .map(({ name }) => name)
            .toSorted()
            .join();
        if (names(models.offered) !== names(offers))
          this.watch.faults.push('after a change, something else is offered');
        const { load, change: changed, unload } = models.plan(offers, loadsNew);
        if (load.length + changed.length + unload.length > 0)
          this.watch.faults.push('after a change, it is not done');
      },
      () => {
        this.#count('not applied');
        if (!isAlone()) return;
        if (models.offered.some((each, at) => each !== before[at]) || models.offered.length !== before.length)
          this.watch.faults.push('a change that was refused changed what is offered');
      },
    );
  }

  /** Ends one load, well or not. */
  #endOne(): void {
    const opening = this.engines.loads.filter(({ isOpening }) => isOpening);
    if (opening.length === 0) return;
    const load = oneOf(this.random, opening);
    this.end(load, this.random(this.#mishaps) === 0);
  }

  end(load: FakeLoad, isFailing: boolean): void {
    this.#note(`${isFailing ? 'fail' : 'end'} ${load.id}`);
    if (isFailing) load.fail('it failed');
    else load.end();
  }

  #loseOne(): void {
    const { random, engines } = this;
    const losable = engines.loads.filter(
      ({ isOpen, isOpening, isLost, offer }) => (isOpen || isOpening) && !isLost && offer.ensemble === null,
    );
    if (losable.length === 0) return;
    const load = oneOf(random, losable);
    this.#note(`lose ${load.id}`);
    this.#count('lost');
    load.lose('it died');
  }

  #borrow(name: string): void {
    const version = oneOf(this.random, [null, null, ...VERSIONS, 'stable']);
    const load = this.watch.borrow(name, version);
    this.#note(`borrow ${name}${version === null ? '' : `/${version}`}: ${load?.id ?? 'refused'}`);
    this.#count(load === null ? 'refused' : 'borrowed');
  }

  #release(): void {
    const [given] = this.watch.borrowed.splice(this.random(this.watch.borrowed.length + 1), 1);
    if (given === undefined) return;
    this.#note(`release ${given.load.id}`);
    given.handle.release();
  }

  #pass(ms: number): void {
    this.#note(`pass ${ms} ms`);
    this.clock.advance(ms);
  }

  /** To be called at any moment. */
  look(): void {
    for (const load of this.watch.look()) if (this.random(10) === 0) this.held.push(load.hold());
  }

  /** Lets all loads end, all requests go, and all tries be made. */
  async comeToRest(): Promise<void> {
    for (let turn = 0; turn < 500; turn++) {
      for (const { handle } of this.watch.borrowed.splice(0)) handle.release();
      for (const hold of this.held.splice(0)) hold.resolve();
      for (const load of this.engines.loads)
        if (load.isOpening) this.end(load, this.random(this.#mishaps) === 0);
      this.clock.advance(10_000);
      await settle();
      this.look();
      const isBusy = this.engines.opening.length + this.clock.timers + this.held.length > 0;
      if (!isBusy && this.asked.every(({ outcome }) => outcome.now !== 'pending')) break;
    }
    const pending = this.asked.filter(({ outcome }) => outcome.now === 'pending');
    assert.deepEqual(pending, [], 'everything that is asked for comes to an end');
    assert.deepEqual(this.engines.opening, []);
  }

  /** What is wanted is loaded, or the index says why not; and nothing else is. */
  checkRest(): void {
    const { models, engines } = this;
    const open = new Map<string, string[]>();
    for (const { id, isOpen, offer } of engines.loads) {
      const key = `${offer.name}/${offer.version}`;
      if (isOpen) open.set(key, [...(open.get(key) ?? []), id]);
    }
    for (const offer of models.offered) {
      const wanted = models.isAsked(offer.name) ? wantedOf(offer) : [];
      const entries = models.index().filter(({ name }) => name === offer.name);
      const isAllThere = wanted.every(({ version, revision }) => {
        const entry = entries.find((each) => each.version === version);
        assert.ok(entry?.wanted, `${offer.name}/${version} is wanted`);
        assert.ok(
          entry.state === 'READY' || entry.state === 'UNAVAILABLE',
          `${offer.name}/${version} is ${entry.state}`,
        );
        assert.ok(entry.state === 'READY' || entry.reason !== '', `${offer.name}/${version} says nothing`);
        const mine = open.get(`${offer.name}/${version}`) ?? [];
        const isThere = mine.includes(`${offer.name}/${version}@${revision}`) && entry.reason === '';
        if (isThere) assert.equal(mine.length, 1, `loaded: ${mine.join()}`);
        assert.ok(mine.length <= 1, `loaded: ${mine.join()}`);
        open.delete(`${offer.name}/${version}`);
        return isThere;
      });
      const rest = [...open.keys()].filter((key) => key.startsWith(`${offer.name}/`));
      if (isAllThere)
        assert.deepEqual(rest, [], 'what nobody wants stays only where something that is wanted failed');
      for (const key of rest) open.delete(key);
    }
    assert.deepEqual([...open.keys()], [], 'nothing is loaded of what is not offered');
  }
}

function shown({ name, versions, policy, fault }: OfferedModel): string {
  const steps = versions[0]?.ensemble?.map(({ model }) => model.name + (model.version ?? '')).join('+');
  const each = versions.map(({ version, revision }) => version + revision[0]).join(',');
  return `${name}[${each} ${policy.kind}${steps === undefined ? '' : ` of ${steps}`}${fault === null ? '' : ' fault'}]`;
}

async function play(world: World): Promise<void> {
  const { random, models, engines, clock } = world;
  for (let action = 0; action < ACTIONS; action++) {
    world.act();
    if (random(3) > 0) await settle();
    assert.deepEqual(world.watch.faults, []);
    if (random(40) > 0) continue;
    await world.comeToRest();
    assert.deepEqual(world.watch.faults, []);
    world.checkRest();
  }
  if (random(2) === 0) {
    await world.comeToRest();
    world.checkRest();
  }
  const stopped = outcomeOf(models.stop());
  world.look();
  await world.comeToRest();
  assert.deepEqual(world.watch.faults, []);
  assert.equal(stopped.now, 'done');
  assert.deepEqual(engines.opened, []);
  assert.equal(clock.timers, 0, 'timers are left');
  for (const entry of models.index()) assert.equal(entry.state, 'UNAVAILABLE');
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`what is wanted serves, and nothing is left behind: seed ${seed}`, async () => {
    const world = new World(seed);
    try {
      await play(world);
    } catch (thrown) {
      const { message } = thrown as Error;
      throw new Error(`${message}\nafter\n  ${world.done.slice(-30).join('\n  ')}`, { cause: thrown });
    }
  });
}

test('the worlds are not all alike: enough is loaded, refused, lost, changed and left as it was', async () => {
  const seen = new Map<string, number>();
  for (let seed = 1; seed <= 40; seed++) {
    const world = new World(seed);
    await play(world);
    for (const [what, count] of world.seen) seen.set(what, (seen.get(what) ?? 0) + count);
  }
  for (const what of ['loaded', 'not loaded', 'applied', 'not applied', 'lost', 'borrowed', 'refused']) {
    assert.ok((seen.get(what) ?? 0) >= 20, `${what}: ${JSON.stringify([...seen])}`);
  }
});
