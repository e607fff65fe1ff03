import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveModel, LiveVersion } from '../../web/live-types.js';
import { versionShown } from '../../web/model/versions.js';

function modelWith(
  versions: Readonly<Record<string, LiveVersion['state']>>,
  order = Object.keys(versions),
): LiveModel {
  return {
    name: 'm',
    source: 'the configuration',
    fault: null,
    policy: {},
    labels: {},
    split: null,
    shadow: null,
    versions: order.map((version) => ({
      version,
      state: versions[version] ?? 'UNAVAILABLE',
      reason: '',
      wanted: true,
      platform: null,
      devices: [],
      instances: null,
      memory_bytes: null,
      inference_count: 0,
      isolation: null,
      restarts: {},
      stats: null,
    })),
  };
}

const cases: readonly (readonly [
  what: string,
  model: LiveModel,
  wanted: string | null,
  shown: string | null,
])[] = [
  ['the named one, ready or not', modelWith({ 1: 'READY', 2: 'LOADING' }), '2', '2'],
  ['none, where there is none of that name', modelWith({ 1: 'READY' }), '7', null],
  ['the highest number that is ready', modelWith({ 9: 'READY', 10: 'READY', 11: 'LOADING' }), null, '10'],
  [
    'the last listed, where names are no numbers',
    modelWith({ b: 'READY', a: 'READY' }, ['b', 'a']),
    null,
    'a',
  ],
  ['the highest, where none is ready', modelWith({ 1: 'UNAVAILABLE', 2: 'LOADING' }), null, '2'],
  ['none, where there are none', modelWith({}), null, null],
];
for (const [what, model, wanted, shown] of cases) {
  test(`a page shows ${what}`, () => assert.equal(versionShown(model, wanted)?.version ?? null, shown));
}
