import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#core/clock.js';
import { claimOf, stepOf } from '../../test/support/ensembles.js';
import { ensembleOffer, offerOf } from '../../test/support/server.js';
import { ModelManager } from './manager.js';
import type { ConfiguredVersion, OfferedModel } from './offer.js';
import { openEnsemble } from './open-ensemble.js';
import { NO_RETRY } from './retry.js';
import { PLAIN_TRAFFIC } from './traffic.js';
import { EVERY_VERSION } from './version-policy.js';

function offered(configured: ConfiguredVersion, revision = ''): OfferedModel {
  return {
    name: configured.name,
    versions: [{ ...configured, revision }],
    policy: EVERY_VERSION,
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source: 'a test',
    fault: null,
    update: 'overlap',
    faults: {},
  };
}

const tensors = { inputs: [claimOf('x', 'FP32', [1])], outputs: [claimOf('y', 'FP32', [1])] };
const needing = (model: string): ConfiguredVersion =>
  ensembleOffer('chain', [stepOf(model, { x: 'x' }, { y: 'y' })], tensors);

/** Ensembles can be opened here where their steps can; nothing else can. */
function manager(...models: OfferedModel[]): ModelManager {
  const open: ConstructorParameters<typeof ModelManager>[1] = async (offer, steps) => {
    if (offer.ensemble === null) throw new Error('there is no engine here');
    return await openEnsemble(offer, offer.ensemble, steps, systemClock);
  };
  return new ModelManager(models, open, { maxLoads: 1, retry: NO_RETRY }, systemClock);
}

test('the index is the same until something changes, and so for each listener', async () => {
  const models = manager(offered(offerOf({ name: 'a', path: 'a.onnx' })), offered(needing('nobody')));
  const [first] = models.index();
  assert.deepEqual([first?.state, first?.wanted], ['UNAVAILABLE', false]);
  assert.equal(models.index(), models.index());
  await models.loadAll();
  const lines = models.index().map(({ name, state, wanted, reason }) => [name, state, wanted, reason]);
  assert.deepEqual(lines[0], ['a', 'UNAVAILABLE', true, 'there is no engine here']);
  assert.match(String(lines[1]), /^chain,UNAVAILABLE,true,.*nobody/);
});

test('who is not wanted any more is told so, though its state stays the same', async () => {
  const models = manager(offered(offerOf({ name: 'a', path: 'a.onnx' })));
  await models.loadAll();
  assert.equal(models.index()[0]?.wanted, true);
  let told = 0;
  models.onChange(() => told++);
  await models.unload('a');
  assert.ok(told > 0, 'nobody was told');
  assert.equal(models.index()[0]?.wanted, false);
});

test('what comes and goes is in the index and out of it', async () => {
  const models = manager(offered(offerOf({ name: 'a', path: 'a.onnx' })));
  models.index();
  models.offer(offered(offerOf({ name: 'b', path: 'b.onnx' })));
  assert.deepEqual(
    models.index().map(({ name }) => name),
    ['a', 'b'],
  );
  const broken = { ...offered(offerOf({ name: 'b', path: 'b.onnx' })), fault: 'line 3 is wrong' };
  models.offer(broken);
  await models.load('b').catch(() => {});
  assert.match(models.overview()[1]?.fault ?? '', /line 3/);
  await models.withdraw('b');
  assert.deepEqual(
    models.index().map(({ name }) => name),
    ['a'],
  );
});
