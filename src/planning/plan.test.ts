import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ImpossibleTarget, type PlanTarget, planFor } from './plan.js';
import type { ModelProfile } from './profile.js';
import { type ReplicaShape, replicaState, saturationOf } from './replica.js';

/** Of no batches: a run takes 8 ms. */
const PLAIN: ModelProfile = {
  model: 'm',
  version: '1',
  runs: [{ rows: 1, ms: 8, count: 1000 }],
  mostRows: 1,
  instances: 1,
  threads: 1,
  cores: 2,
  aroundMs: null,
  aloneMs: [],
  instanceBytes: 20e6,
  processBytes: 100e6,
  requestBytes: 1000,
  answerBytes: 200,
};

/** 3 ms and 1 ms for each row, up to 16. */
const BATCHES: ModelProfile = {
  ...PLAIN,
  mostRows: 16,
  runs: [1, 2, 4, 8, 16].map((rows) => ({ rows, ms: 3 + rows, count: 100 })),
};

const TARGET: PlanTarget = { perSecond: 500, p99Ms: 50, cores: null, headroom: 0, spare: 0 };

describe('where a replica is saturated', () => {
  const rows: readonly (readonly [string, ModelProfile, ReplicaShape, number, string])[] = [
    ['one engine', PLAIN, { instances: 1, cores: 2 }, 125, 'engine'],
    ['two engines', PLAIN, { instances: 2, cores: 4 }, 250, 'engine'],
    ['more engines than cores', PLAIN, { instances: 4, cores: 2 }, 250, 'cores'],
    ['runs of two threads', { ...PLAIN, threads: 2 }, { instances: 2, cores: 2 }, 125, 'cores'],
    ['full batches', BATCHES, { instances: 1, cores: 2 }, (1000 * 16) / 19, 'engine'],
    ['the way around', { ...BATCHES, aroundMs: 2 }, { instances: 1, cores: 2 }, 500, 'main thread'],
    ['both on one core', { ...PLAIN, aroundMs: 2 }, { instances: 1, cores: 1 }, 100, 'cores'],
  ];
  for (const [name, profile, shape, perSecond, limit] of rows) {
    it(name, () => {
      const found = saturationOf(profile, shape);
      assert.ok(Math.abs(found.perSecond - perSecond) < 1e-6, String(found.perSecond));
      assert.equal(found.limit, limit);
    });
  }
});

describe('a replica', () => {
  const shape = { instances: 1, cores: 2 };

  it('has no state beyond its saturation', () => {
    assert.equal(replicaState(PLAIN, shape, 122), null);
    assert.equal(replicaState(PLAIN, shape, 300), null);
    assert.ok(replicaState(PLAIN, shape, 120));
  });

  it('answers what is alone as it was seen', () => {
    const alone = replicaState({ ...PLAIN, aroundMs: 0.5, aloneMs: [9, 9.1, 9.2, 9.3, 10] }, shape, 0.01);
    assert.ok(alone && Math.abs(alone.p50Ms - 9.2) < 0.1, String(alone?.p50Ms));
    assert.ok(alone && Math.abs(alone.p99Ms - 10) < 0.1, String(alone?.p99Ms));
  });

  it('is slower where main thread and engines share too few cores', () => {
    const profile = { ...PLAIN, aroundMs: 1 };
    const enough = replicaState(profile, { instances: 2, cores: 4 }, 150);
    const tooFew = replicaState(profile, { instances: 2, cores: 2 }, 150);
    assert.ok(enough && tooFew && tooFew.p99Ms > 1.05 * enough.p99Ms);
  });
});

describe('the plan', () => {
  it('has as many replicas as it needs and no more', () => {
    for (const profile of [PLAIN, BATCHES]) {
      for (const p99Ms of [20, 50, 200]) {
        const { replicas, shape, state } = planFor(profile, { ...TARGET, p99Ms });
        assert.ok(state.p99Ms <= p99Ms, `${state.p99Ms} of ${p99Ms}`);
        const fewer = replicas === 1 ? null : replicaState(profile, shape, 500 / (replicas - 1));
        assert.ok(fewer === null || fewer.p99Ms > p99Ms, `${replicas - 1} would do, too`);
      }
    }
  });

  it('holds with the spare ones lost', () => {
    const plain = planFor(PLAIN, TARGET);
    const { replicas, oneLost } = planFor(PLAIN, { ...TARGET, spare: 1 });
    assert.equal(replicas, plain.replicas + 1);
    assert.ok(oneLost && oneLost.p99Ms <= 50);
    assert.ok(plain.oneLost === null || plain.oneLost.p99Ms > 50);
  });

  it('is made for so much more, and told of the rate itself', () => {
    const roomy = planFor(PLAIN, { ...TARGET, headroom: 1 });
    assert.equal(roomy.replicas, planFor(PLAIN, { ...TARGET, perSecond: 1000 }).replicas);
    assert.ok(roomy.state.load < 0.5);
  });

  it('puts instances together where a replica has the cores for them', () => {
    const { shape, replicas } = planFor({ ...PLAIN, aroundMs: 0.1 }, { ...TARGET, cores: 8 });
    assert.ok(shape.instances > 1 && shape.cores <= 8, JSON.stringify(shape));
    assert.ok(replicas < planFor({ ...PLAIN, aroundMs: 0.1 }, TARGET).replicas);
  });

  it('tells memory and bytes, or that they are not known', () => {
    const { memoryBytes, bytesPerSecond } = planFor(PLAIN, TARGET);
    assert.deepEqual([memoryBytes, bytesPerSecond], [120e6, 600_000]);
    const unknown = planFor({ ...PLAIN, instanceBytes: null, answerBytes: null }, TARGET);
    assert.deepEqual([unknown.memoryBytes, unknown.bytesPerSecond], [null, null]);
  });

  const impossible: readonly (readonly [string, ModelProfile, Partial<PlanTarget>, string])[] = [
    ['a run is longer', PLAIN, { p99Ms: 5 }, 'a p99 of 5 ms is less than one run alone takes (8 ms)'],
    [
      'the way around is longer',
      { ...PLAIN, aloneMs: [9, 9.5, 10] },
      { p99Ms: 9 },
      'a p99 of 9 ms is less than 99 of 100 requests take that are alone in a server (10 ms)',
    ],
    [
      'too many are needed',
      PLAIN,
      { perSecond: 1e8 },
      'more than 10000 replicas would be needed for 100000000/s',
    ],
  ];
  for (const [name, profile, target, message] of impossible) {
    it(`is not made where ${name}`, () => {
      assert.throws(() => planFor(profile, { ...TARGET, ...target }), new ImpossibleTarget(message));
    });
  }
});
