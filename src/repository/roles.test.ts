import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_ROLE, PLAIN_TRAFFIC, type VersionRole } from '#lifecycle/traffic.js';
import { offerOf } from '../../test/support/server.js';
import { ListSource } from './list-source.js';
import { modelOfRoles } from './roles.js';
import type { ModelFileNow } from './url-file.js';

const listed = (
  version: string,
  role?: Partial<VersionRole>,
): Parameters<typeof modelOfRoles>[0][number] => ({
  version,
  ...(role && { role: { ...PLAIN_ROLE, ...role } }),
});
const plain = { policy: { kind: 'all' }, update: 'overlap', labels: {}, traffic: PLAIN_TRAFFIC };

const rows: [what: string, versions: Parameters<typeof modelOfRoles>[0], expected: object][] = [
  ['nothing is said', [listed('1'), listed('2')], plain],
  [
    'labels',
    [listed('1', { labels: ['stable', 'blue'] }), listed('2', { labels: ['canary'] })],
    { ...plain, labels: { stable: '1', blue: '1', canary: '2' } },
  ],
  [
    'weights, where one without a weight gets nothing',
    [listed('1', { weight: 90 }), listed('2', { weight: 10 }), listed('3')],
    { ...plain, traffic: { split: { 1: 90, 2: 10 }, shadow: null } },
  ],
  [
    'a shadow',
    [listed('1'), listed('2', { shadowPercent: 25 })],
    { ...plain, traffic: { split: null, shadow: { version: '2', percent: 25 } } },
  ],
  [
    'a shadow that rests',
    [listed('1'), listed('2', { shadowPercent: 0 })],
    { ...plain, traffic: { split: null, shadow: { version: '2', percent: 0 } } },
  ],
  [
    'a policy, said once',
    [listed('1'), listed('2', { policy: { kind: 'latest', count: 1 } })],
    { ...plain, policy: { kind: 'latest', count: 1 } },
  ],
  [
    'how it is replaced, said once',
    [listed('1', { update: 'replace' }), listed('2')],
    { ...plain, update: 'replace' },
  ],
];
for (const [what, versions, expected] of rows) {
  test(`the model of a list: ${what}`, () => {
    assert.deepEqual(modelOfRoles(versions), expected);
  });
}

test('a role is no part of what is offered to be loaded: it changes no revision', async () => {
  const role = { ...PLAIN_ROLE, labels: ['stable'], weight: 90 };
  const offer = offerOf({ path: '/m.onnx' });
  const read = async (path: string): Promise<ModelFileNow> => ({ path, state: 'state' });
  const [before] = await new ListSource([offer], read).all();
  const [after] = await new ListSource([{ ...offer, role }], read).all();
  assert.deepEqual(after?.versions, before?.versions);
  assert.deepEqual([after?.labels, after?.traffic.split], [{ stable: '1' }, { 1: 90 }]);
  const [other] = await new ListSource([{ ...offer, strict: true, role }], read).all();
  assert.notEqual(other?.versions[0]?.revision, before?.versions[0]?.revision);
});
