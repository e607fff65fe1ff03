/** A step that names a label runs the version that has it when the request comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverProcess } from '../support/command.js';
import { FolderTree } from '../support/folder-tree.js';
import { scaledModel } from '../support/scaled-model.js';
import { inferBody, tensor } from '../support/tensors.js';

test('a label moves from one version to the next, and the ensemble with it, without being loaded again', async (t) => {
  const tree = new FolderTree(t);
  tree.write('two.onnx', scaledModel(2));
  tree.write('three.onnx', scaledModel(3));
  const list = (stable: string): void =>
    void tree.write(
      'models.yaml',
      `model_config_list:
  - {name: m, model: two.onnx, version: "1", platform: cpu, version_labels: [${stable === '1' ? 'stable' : 'old'}]}
  - {name: m, model: three.onnx, version: "2", platform: cpu, version_labels: [${stable === '2' ? 'stable' : 'new'}]}
  - name: e
    version: "1"
    platform: ensemble
    inputs: [{name: IN, datatype: FP32, shape: [-1, 2]}]
    outputs: [{name: OUT, datatype: FP32, shape: [-1, 2]}]
    ensemble_scheduling:
      step: [{model_name: m, model_version: stable, input_map: {x: IN}, output_map: {y: OUT}}]
`,
    );
  list('1');
  const server = await serverProcess(['--model-config', tree.path('models.yaml')]);
  t.after(() => server.child.kill('SIGKILL'));
  await server.logged(/are ready/);
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  const post = async (path: string, body: object): Promise<any> =>
    (
      await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: JSON.stringify(body) })
    ).json();
  const ask = async (): Promise<number> =>
    (await post('/v2/models/e/infer', inferBody(tensor('IN', 'FP32', [1, 2], [1, 1])))).outputs[0].data[0];
  assert.equal(await ask(), 2);
  list('2');
  const { load, change, unload, route } = await post('/v2/repository/reload', {});
  assert.deepEqual([load, change, unload], [[], [], []]);
  assert.equal(route.length, 2);
  assert.equal(await ask(), 3);
});
