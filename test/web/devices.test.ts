/** What is said of devices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf, loadOf, residentsOf } from '../../web/devices/device.js';
import { modelOf, versionOf } from '../support/live-stats.js';

test('what a driver does not tell is null', () => {
  assert.deepEqual(deviceOf({ name: 'cpu', kind: 'cpu', alive: null, simulated: false, threads: 2 }), {
    ...{ name: 'cpu', kind: 'cpu', arch: null, label: '', isSimulated: false, isAlive: null },
    ...{ celsius: null, threads: 2, holder: null, firmware: null, driver: null },
  });
  const npu = { name: 'npu:0:0', alive: false, simulated: true, temperature_celsius: 41.5, holder: 'm/1' };
  const { isAlive, isSimulated, celsius, holder } = deviceOf(npu);
  assert.deepEqual([isAlive, isSimulated, celsius, holder], [false, true, 41.5, 'm/1']);
});

const models = [
  modelOf('both', [versionOf('1', { devices: ['npu:0:0', 'npu:0:1'], instances: 4 })]),
  modelOf('one', [versionOf('1', { devices: ['npu:0:1'], instances: 1 })]),
  modelOf('ensemble', [versionOf('1', { devices: [], instances: null })]),
];
const runs: Readonly<Record<string, number>> = { both: 1.5, one: 0.5 };
const on = (device: string) => residentsOf(device, models, (model) => runs[model] ?? null);

test('a version on several devices is shared out evenly', () => {
  assert.deepEqual(on('npu:0:0'), [{ model: 'both', version: '1', instances: 2, runsAtOnce: 0.75 }]);
  assert.deepEqual(
    on('npu:0:1').map(({ model }) => model),
    ['both', 'one'],
  );
  assert.deepEqual(on('cpu'), []);
});

test('a device is as busy as the copies on it, on average', () => {
  const load = loadOf(on('npu:0:1'));
  assert.deepEqual([load?.instances, load?.runsAtOnce], [3, 1.25]);
  assert.equal(Math.round((load?.part ?? 0) * 100), 42);
  assert.equal(loadOf([]), null);
  const unknown = { model: 'm', version: '1', instances: 1, runsAtOnce: null };
  assert.equal(loadOf([unknown]), null);
  assert.equal(
    loadOf([{ ...unknown, runsAtOnce: 1.2 }])?.part,
    1,
    'a run may end after the second it began in',
  );
});
