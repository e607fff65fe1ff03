import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf, offered, offeredVersion } from '../../test/support/lifecycle.js';
import { planOf } from './change-plan.js';
import type { OfferedModel } from './offer.js';

const latest = { policy: { kind: 'latest', count: 1 } } as const;
const only = (...versions: string[]) => ({ policy: { kind: 'specific', versions } }) as const;
const broken = { fault: 'its configuration cannot be read' } as const;

const rows: [what: string, now: OfferedModel[], next: OfferedModel[], plan: string[], keep: number][] = [
  ['nothing at all', [], [], [], 0],
  ['nothing changes', [offered('m', '1 2')], [offered('m', '1 2')], [], 2],
  ['a new model', [], [offered('m', '1 2')], ['load m/1: new', 'load m/2: new'], 0],
  ['a new version', [offered('m', '1')], [offered('m', '1 2')], ['load m/2: new'], 1],
  [
    'a model that is gone',
    [offered('m', '1 2')],
    [],
    ['unload m/1: no longer configured', 'unload m/2: no longer configured'],
    0,
  ],
  ['a version that is gone', [offered('m', '1 2')], [offered('m', '2')], ['unload m/1: no longer there'], 1],
  ['files that changed', [offered('m', '1')], [offered('m', '1@b')], ['change m/1: its files'], 0],
  [
    'a version in the place of another',
    [offered('m', '1', latest)],
    [offered('m', '1 2', latest)],
    ['load m/2: new', 'unload m/1: its version policy does not choose it any more'],
    0,
  ],
  [
    'a policy alone',
    [offered('m', '1 2 3')],
    [offered('m', '1 2 3', only('3', '1'))],
    ['unload m/2: its version policy does not choose it any more'],
    2,
  ],
  ['versions that no policy ever chose', [offered('m', '1 2', latest)], [offered('m', '2', latest)], [], 1],
  [
    'labels that come, move and go',
    [offered('m', '1 2 3 4', { labels: { old: '1', best: '2', x: '4' } })],
    [offered('m', '1 2 3 4', { labels: { best: '3', next: '3', x: '4' } })],
    [
      'route m/1: labels: old -> none',
      'route m/2: labels: best -> none',
      'route m/3: labels: none -> best, next',
    ],
    1,
  ],
  [
    'weights and a shadow',
    [offered('m', '1 2 3', { traffic: { split: { '1': 90, '2': 10 }, shadow: null } })],
    [
      offered('m', '1 2 3', {
        traffic: { split: { '1': 90, '2': 0 }, shadow: { version: '3', percent: 5 } },
      }),
    ],
    ['route m/2: traffic_weight: 10 -> 0', 'route m/3: shadow_percent: none -> 5'],
    1,
  ],
  [
    'a label of what is loaded anew or new is no step of its own',
    [offered('m', '1')],
    [offered('m', '1@b 2', { labels: { best: '1', next: '2' } })],
    ['load m/2: new', 'change m/1: its files'],
    0,
  ],
  [
    'labels of a source that cannot be used',
    [offered('m', '1', { labels: { best: '1' } })],
    [offered('m', '', broken)],
    [],
    1,
  ],
  ['a source that cannot be used keeps what is', [offered('m', '1 2')], [offered('m', '', broken)], [], 2],
  ['a new source that cannot be used has nothing', [], [offered('m', '', broken)], [], 0],
  ['a source that could not be used and can', [offered('m', '1', broken)], [offered('m', '1')], [], 1],
];

for (const [what, now, next, expected, keep] of rows) {
  test(what, () => {
    const plan = planOf(now, next, () => true);
    const steps = (['load', 'change', 'unload', 'route'] as const).flatMap((kind) =>
      plan[kind].map(({ model, version, why }) => `${kind} ${model}/${version}: ${why}`),
    );
    assert.deepEqual(steps, expected);
    assert.equal(plan.keep, keep);
  });
}

test('a change of settings is told by their names', () => {
  const before = { ...offered('m', ''), versions: [offeredVersion('m', '1')] };
  const versions = [offeredVersion('m', '1@b', { device: 'cpu(2)*1', isCached: true })];
  const plan = planOf([before], [{ ...before, versions }], () => true);
  assert.deepEqual(plan.change, [{ model: 'm', version: '1', why: 'settings: npu_device, response_cache' }]);
});

test('the steps of an ensemble are a setting of it', () => {
  const plan = planOf([ensembleOf('e', '1', 'a')], [ensembleOf('e', '1@b', 'b')], () => true);
  assert.deepEqual(plan.change, [{ model: 'e', version: '1', why: 'settings: ensemble_scheduling' }]);
});

test('what nobody asked for is not loaded, not changed and not unloaded, whether it is known or new', () => {
  const now = [offered('m', '1'), offered('gone', '1'), offered('other', '1')];
  const next = [offered('m', '1@b 2'), offered('other', '1'), offered('new', '1')];
  const plan = planOf(now, next, (name) => name === 'other');
  assert.deepEqual(plan, { load: [], change: [], unload: [], route: [], keep: 1 });
});
