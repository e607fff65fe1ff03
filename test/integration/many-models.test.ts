/** A repository of many models: what is looked at and told of all stays quick, and a change is one of a few. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.js';
import { FolderTree } from '../support/folder-tree.js';
import { indexOf } from '../support/repository.js';
import { scaledModel } from '../support/scaled-model.js';
import { serve } from '../support/serve.js';
import { settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const COUNT = 300;
const CHANGED = 100;
const LOOKS = 100_000;

async function answerOf(server: TestServer, name: string): Promise<number> {
  const { json } = await server.post(
    `/v2/models/${name}/infer`,
    inferBody(tensor('x', 'FP32', [1, 2], [1, 1])),
  );
  return json.outputs?.[0].data[0];
}

test(`${COUNT} models: one is changed, ${CHANGED} come and go, and the others are loaded once`, async (t) => {
  const tree = new FolderTree(t);
  const bytes = scaledModel(2);
  for (let i = 0; i < COUNT; i++) tree.write(`m${i}/1/model.onnx`, bytes);
  const control = { mode: 'poll', startWith: null, pollMs: 50 } as const;
  const server = await serve((end) => t.after(end), settingsOf([], { repositories: [tree.root], control }));
  const untilReady = (count: number): Promise<unknown> =>
    eventually(
      () => indexOf(server),
      (lines) => lines.length === count && lines.every(({ state }) => state === 'READY'),
      LOOKS,
    );
  await untilReady(COUNT);
  tree.write('m7/1/model.onnx', scaledModel(5));
  await eventually(
    () => answerOf(server, 'm7'),
    (seen) => seen === 5,
    LOOKS,
  );
  for (let i = 0; i < CHANGED; i++) tree.write(`n${i}/1/model.onnx`, bytes);
  await untilReady(COUNT + CHANGED);
  assert.equal(await answerOf(server, 'n99'), 2);
  for (let i = 0; i < CHANGED; i++) tree.remove(`n${i}`);
  await untilReady(COUNT);
  const { text } = await server.get('/metrics');
  const loads = [
    ...text.matchAll(/^furiosa_model_loads_total\{model="m(\d+)".*outcome="success".*\} (\d+)$/gm),
  ];
  assert.equal(loads.length, COUNT);
  for (const [, i, times] of loads) assert.equal(times, i === '7' ? '2' : '1', `loads of m${i}`);
});

test(`${COUNT} models that nobody asked for are known and told, and one is loaded`, async (t) => {
  const tree = new FolderTree(t);
  for (let i = 0; i < COUNT; i++) tree.write(`m${i}/1/model.onnx`, scaledModel(2));
  const control = { mode: 'explicit', startWith: ['m3'], pollMs: 50 } as const;
  const server = await serve((end) => t.after(end), settingsOf([], { repositories: [tree.root], control }));
  const lines = await indexOf(server);
  assert.equal(lines.length, COUNT);
  assert.deepEqual(
    lines.filter(({ state }) => state === 'READY').map(({ name }) => name),
    ['m3'],
  );
});
