import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { WarmupSample } from '#lifecycle/offer.js';
import { EngineThreads } from '../support/engine-threads.js';
import { hearLog } from '../support/heard.js';
import { bytesOf, failingModel, matMulModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { indexOf } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const path = writeModel(folder, 'rows.onnx', matMulModel());
const file = writeModel(folder, 'row.bin', bytesOf(Float32Array.of(1, 2, 3, 4)));
const short = writeModel(folder, 'short.bin', bytesOf(Float32Array.of(1, 2, 3)));

function sampleOf(parts: Partial<WarmupSample['inputs'][string]> = {}): WarmupSample {
  const input = { datatype: 'FP32', dims: [4], data: { file }, ...parts } as const;
  return { name: 'a row', batchSize: 2, count: 2, inputs: { x: input } };
}

test('models are warmed up as their settings say; what is wrong there is the reason why one does not serve', async (t) => {
  const heard = hearLog(t);
  const offers = [
    offerOf({ name: 'plain', path }),
    offerOf({ name: 'none', path, warmup: [] }),
    offerOf({ name: 'rows', path, warmup: [sampleOf()], device: 'cpu(1)*2' }),
    offerOf({ name: 'short', path, warmup: [sampleOf({ data: { file: short } })] }),
    offerOf({ name: 'integers', path, warmup: [sampleOf({ datatype: 'INT32', data: 'random' })] }),
    offerOf({
      name: 'raises',
      path: writeModel(folder, 'raises.onnx', failingModel()),
      warmup: [
        {
          name: 'beyond',
          batchSize: 0,
          count: 1,
          inputs: {
            index: {
              datatype: 'INT64',
              dims: [1],
              data: { file: writeModel(folder, 'nine.bin', bytesOf(BigInt64Array.of(9n))) },
            },
          },
        },
      ],
    }),
  ];
  const server = await serve((end) => t.after(end), settingsOf(offers));
  const index = new Map((await indexOf(server)).map((line) => [line.name, line]));
  const states = offers.map(({ name }) => index.get(name)?.state);
  assert.deepEqual(states, ['READY', 'READY', 'READY', 'UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
  const reasonOf = (name: string): string => index.get(name)?.reason ?? '';
  assert.equal(reasonOf('short'), "model_warmup 'a row': input 'x' has 3 elements, 4 were expected");
  assert.equal(
    reasonOf('integers'),
    "rows.onnx: model_warmup 'a row': input 'x' is INT32, FP32 was expected",
  );
  assert.match(reasonOf('raises'), /^raises\.onnx: model_warmup 'beyond': .*Gather/);
  assert.deepEqual(
    heard
      .filter((line) => line.includes('warmed up'))
      .map((line) => line.replace(/[\d.]+ secs$/, 'N secs'))
      .sort(),
    ['INFO Model#0001: warmed up 1 instance in N secs', 'INFO Model#0003: warmed up 2 instances in N secs'],
  );
});

test('a model whose thread died is warm again, and serves', async (t) => {
  const threads = new EngineThreads();
  t.after(() => threads.stop());
  const server = await serve((end) => t.after(end), settingsOf([offerOf({ path, warmup: [sampleOf()] })]));
  await threads.kill(0);
  const reply = await server.post(
    '/v2/models/model/infer',
    inferBody(tensor('x', 'FP32', [1, 4], [1, 0, 0, 0])),
  );
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [0, 10, 20]], reply.text);
  assert.equal(threads.started.length, 2);
});
