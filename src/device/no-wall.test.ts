import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { addSubModel, identityModel, modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { EngineHost } from './engine-host.js';
import { noWall } from './no-wall.js';

const folder = modelDirectory(after);
const identity = writeModel(folder, 'identity.onnx', identityModel('UINT8'));
const addSub = writeModel(folder, 'add-sub.onnx', addSubModel());
const broken = writeModel(folder, 'broken.onnx', new Uint8Array([1, 2, 3]));

const filled = (byte: number, bytes: number): Tensor => ({
  name: 'input',
  datatype: 'UINT8',
  shape: [bytes],
  data: new Uint8Array(bytes).fill(byte),
});

function hostOf(t: TestContext): EngineHost {
  const host = new EngineHost(noWall());
  t.after(() => host.ended);
  return host;
}

test('sessions without a wall have answers of their own, and what they were given stays as it is', async (t) => {
  const host = hostOf(t);
  const [one, other] = ([identity, addSub] as const).map((path) =>
    host.open({ artifact: { path }, options: PLAIN_OPTIONS }),
  );
  assert.ok(one !== undefined && other !== undefined);
  const { outputs } = await one.loaded;
  await other.loaded;
  const given = Array.from({ length: 20 }, (_, i) => filled(i, 1 + i * 1000));
  const answers = await Promise.all(given.map((input) => one.run([input], [outputs[0]?.name ?? ''])));
  for (const [
    i,
    {
      outputs: [output],
    },
  ] of answers.entries()) {
    assert.deepEqual(output?.data, filled(i, 1 + i * 1000).data);
    assert.deepEqual(given[i], filled(i, 1 + i * 1000));
  }
  await assert.rejects(other.run([filled(1, 1)], ['OUTPUT0']), { code: 'INVALID_ARGUMENT' });
  await one.close();
  assert.deepEqual([host.isEnding, await one.ended], [false, null]);
  await other.close();
});

test('a model that cannot be loaded without a wall says why, and leaves nothing behind', async (t) => {
  const host = hostOf(t);
  const session = host.open({ artifact: { path: broken }, options: PLAIN_OPTIONS });
  await assert.rejects(session.loaded, { code: 'INVALID_ARGUMENT' });
  await host.ended;
});

test('an engine that cannot be started fails the load', async (t) => {
  const host = new EngineHost(noWall(() => Promise.reject(new Error('no such engine'))));
  t.after(() => host.ended);
  const session = host.open({ artifact: { path: identity }, options: PLAIN_OPTIONS });
  await assert.rejects(session.loaded, /could not be started: Error: no such engine/);
});
