/** A model that has the whole of an NPU is replaced by another version of it, which needs the same. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ServerProcess, serverProcess } from '../support/command.js';
import { FolderTree } from '../support/folder-tree.js';
import { scaledModel } from '../support/scaled-model.js';
import { inferBody, tensor } from '../support/tensors.js';

interface Stage {
  readonly server: ServerProcess;
  /** The list names this file from now on. */
  list(file: string): void;
  reload(): Promise<Response>;
  /** What a one becomes; else the status and the Retry-After. */
  ask(): Promise<string>;
}

async function stage(t: TestContext, update: string): Promise<Stage> {
  const tree = new FolderTree(t);
  tree.write('two.onnx', scaledModel(2));
  tree.write('three.onnx', scaledModel(3));
  tree.write('broken.onnx', scaledModel(4).slice(0, 60));
  const list = (file: string): void =>
    void tree.write(
      'models.yaml',
      `model_config_list:\n  - {name: m, model: ${file}, version: "1", npu_device: "warboy(2)*1"${update}}\n`,
    );
  list('two.onnx');
  const server = await serverProcess(['--model-config', tree.path('models.yaml')]);
  t.after(() => server.child.kill('SIGKILL'));
  await server.logged(/the model is ready/);
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return {
    server,
    list,
    reload: () => post('/v2/repository/reload', {}),
    ask: async () => {
      const answer = await post('/v2/models/m/infer', inferBody(tensor('x', 'FP32', [1, 2], [1, 1])));
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
      const json = (await answer.json()) as any;
      if (answer.status === 200) return String(json.outputs[0].data[0]);
      return `${answer.status}, again after ${answer.headers.get('retry-after')} s`;
    },
  };
}

test('overlap, which is the default: there is no room for the new one, and the old one serves on', async (t) => {
  const { list, reload, ask } = await stage(t, '');
  list('three.onnx');
  const refused = await reload();
  assert.equal(refused.status, 400);
  assert.match(
    await refused.text(),
    /nothing was changed: model 'm' version 1: .*still in use \(npu:0:0-1 by m\/1\)/,
  );
  assert.equal(await ask(), '2');
});

test('replace: the old one makes room, requests in between are told to come again, and the new one serves', async (t) => {
  const { list, reload, ask } = await stage(t, ', update_policy: replace');
  list('three.onnx');
  const isOver = { now: false };
  const reloaded = reload().finally(() => {
    isOver.now = true;
  });
  const answers = new Set<string>();
  while (!isOver.now) answers.add(await ask());
  assert.equal((await reloaded).status, 200);
  assert.equal(await ask(), '3');
  for (const answer of ['2', '3', '503, again after 1 s']) answers.delete(answer);
  assert.deepEqual([...answers], [], 'nothing else was answered');
});

test('replace: where the new one cannot be loaded, the old one is loaded again, and who asked is told', async (t) => {
  const { server, list, reload, ask } = await stage(t, ', update_policy: replace');
  list('broken.onnx');
  const failed = await reload();
  assert.equal(failed.status, 400);
  assert.match(
    await failed.text(),
    /all was changed, and what there was no room to try out failed then: model 'm' version 1: broken\.onnx: .*; what served before is loaded again/,
  );
  assert.equal(await ask(), '2');
  const index = await fetch(`http://127.0.0.1:${server.port}/v2/repository/index`, { method: 'POST' });
  assert.match(
    await index.text(),
    /"state":"READY","reason":"what was loaded before goes on serving: broken\.onnx: /,
  );
  list('three.onnx');
  assert.equal((await reload()).status, 200);
  assert.equal(await ask(), '3');
});
