import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { identityModel, matMulModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { outputsOf } from '../support/outputs.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import type { Reply, TestServer } from '../support/server.js';
import { inferBody, nested, portsOf, tensor } from '../support/tensors.js';
import { addAndSubtract } from '../support/tflite-models.js';
import { writeTflite } from '../support/tflite-writer.js';

const folder = modelDirectory(after);

describe('what the configuration makes of a model', () => {
  const rows = writeModel(folder, 'one-row.onnx', matMulModel(1));
  const anyRows = writeModel(folder, 'any-rows.onnx', matMulModel('batch'));
  const image = writeModel(folder, 'image.onnx', identityModel('FP32', [1, 2, 3, 4]));
  const bytes = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
  const tflite = writeModel(folder, 'sums.tflite', writeTflite(addAndSubtract()));
  const end = atEnd(after);
  let server: TestServer;
  const infer = (name: string, body: unknown): Promise<Reply> =>
    server.post(`/v2/models/${name}/infer`, body);

  before(async () => {
    server = await serve(end, readSettings({ modelConfig: writeList('all.yaml', ENTRIES) }));
  });

  const ENTRIES = `
  - {name: pair, model: ${rows}, platform: cpu, batch_size: 2}
  - {name: pair-tflite, model: ${tflite}, platform: cpu, batch_size: 2}
  - {name: pair-open, model: ${anyRows}, platform: cpu, batch_size: 2}
  - {name: turned, model: ${image}, platform: cpu, compiler_config: {permute_input: [[0, 3, 1, 2]]}}
  - {name: turned-wrongly, model: ${image}, platform: cpu, compiler_config: {permute_input: [[0, 1]]}}
  - name: tuned
    model: ${anyRows}
    platform: cpu
    engine:
      threads: 2
      graph_optimization_level: basic
      execution_mode: parallel
      inter_op_num_threads: 2
      execution_providers: [CPUExecutionProvider]
      enable_cpu_mem_arena: false
      enable_mem_pattern: false
      free_dimension_overrides: {batch: 3}
      session_config: {session.disable_prepacking: "1"}
  - {name: on-nothing, model: ${rows}, platform: cpu, engine: {execution_providers: [nothing]}}
  - {name: on-cuda, model: ${rows}, device: "cuda:0"}
  - {name: on-cuda-or-cpu, model: ${rows}, device: "cuda:0", allow_fallback: true}
  - {name: on-cuda-tflite, model: ${tflite}, device: "cuda:0"}
  - name: renamed
    model: ${bytes}
    platform: cpu
    description: what comes in goes out
    inputs: [{name: pixels, datatype: UINT8, shape: [-1], description: grey values}]
    outputs: [{name: same}]
  - {name: other-type, model: ${bytes}, platform: cpu, inputs: [{name: input, datatype: FP32}]}
  - {name: other-shape, model: ${rows}, platform: cpu, outputs: [{name: y, shape: [1, 10]}]}
  - {name: other-count, model: ${bytes}, platform: cpu, inputs: [{name: a}, {name: b}]}
`;

  function writeList(name: string, entries: string): string {
    const path = join(folder, name);
    writeFileSync(path, `model_config_list:${entries}`);
    return path;
  }

  async function reasonOf(name: string): Promise<string> {
    const index: { name: string; state: string; reason?: string }[] = (
      await server.get('/v2/repository/index')
    ).json;
    const line = index.find((each) => each.name === name);
    assert.equal(line?.state, 'UNAVAILABLE', JSON.stringify(line));
    return line.reason ?? '';
  }

  test('batch_size takes and gives so many rows at once, no more and no fewer', async () => {
    for (const name of ['pair', 'pair-open']) {
      const { inputs, outputs } = (await server.get(`/v2/models/${name}`)).json;
      assert.deepEqual(
        [inputs[0].shape, outputs[0].shape],
        [
          [2, 4],
          [2, 3],
        ],
        name,
      );
      const two = await infer(name, inferBody(tensor('x', 'FP32', [2, 4], [1, 0, 0, 0, 0, 0, 0, 1])));
      assert.deepEqual(outputsOf(two), [['y', 'FP32', [2, 3], [0, 10, 20, 3, 13, 23]]]);
      const one = await infer(name, inferBody(tensor('x', 'FP32', [1, 4], [1, 0, 0, 0])));
      assert.equal(one.status, 400);
      assert.match(one.json.error, /Expected \[2,4\], got \[1,4\]/);
    }
    const a = tensor('a', 'FP32', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
    const b = tensor('b', 'FP32', [2, 4], [1, 1, 1, 1, 2, 2, 2, 2]);
    const [sum, difference] = outputsOf(await infer('pair-tflite', inferBody(a, b)));
    assert.deepEqual(sum, ['c', 'FP32', [2, 4], [2, 3, 4, 5, 7, 8, 9, 10]]);
    assert.deepEqual(difference, ['d', 'FP32', [2, 4], [0, 1, 2, 3, 3, 4, 5, 6]]);
  });

  test('permute_input serves an NHWC model as NCHW: the metadata says so, and the data really move', async () => {
    const served = [1, 4, 2, 3];
    const { inputs, outputs } = (await server.get('/v2/models/turned')).json;
    assert.deepEqual([inputs[0].shape, outputs[0].shape], [served, [1, 2, 3, 4]]);
    // Element [0,c,h,w] of the request is 6c + 3h + w; the model has it at [0,h,w,c].
    const numbers = Array.from({ length: 24 }, (_, at) => at);
    const turned = [0, 1].flatMap((h) =>
      [0, 1, 2].flatMap((w) => [0, 1, 2, 3].map((c) => 6 * c + 3 * h + w)),
    );
    for (const data of [numbers, nested(numbers, served)]) {
      const reply = await infer('turned', inferBody(tensor('input', 'FP32', served, data)));
      assert.deepEqual(outputsOf(reply), [['output', 'FP32', [1, 2, 3, 4], turned]]);
    }
    const unturned = await infer('turned', inferBody(tensor('input', 'FP32', [1, 2, 3, 4], numbers)));
    assert.equal(unturned.status, 400);
    assert.match(unturned.json.error, /Expected \[1,4,2,3\], got \[1,2,3,4\]/);
    assert.match(await reasonOf('turned-wrongly'), /permute_input\[0\] is \[0,1\].*\[1,2,3,4\]/);
  });

  test('settings of the engine are taken, and the chosen figures are shown', async () => {
    const { inputs, properties } = (await server.get('/v2/models/tuned')).json;
    assert.deepEqual(inputs[0].shape, [3, 4]);
    assert.equal(properties.threads_per_instance, '2');
    assert.match(properties.engine, /^onnxruntime \d/);
    const x = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
    const reply = await infer('tuned', inferBody(tensor('x', 'FP32', [3, 4], x)));
    assert.deepEqual(outputsOf(reply), [['y', 'FP32', [3, 3], [0, 10, 20, 1, 11, 21, 2, 12, 22]]]);
  });

  test('what the engine cannot use fails the load in a sentence, unless falling back is allowed', async () => {
    assert.match(await reasonOf('on-nothing'), /no execution provider "nothing".*it has .*cpu/);
    for (const name of ['on-cuda', 'on-cuda-tflite']) {
      const reason = await reasonOf(name);
      assert.match(reason, /cuda/, name);
      assert.ok(!reason.includes('\n') && reason.length < 400, reason);
    }
    const { properties } = (await server.get('/v2/models/on-cuda-or-cpu')).json;
    assert.match(properties.device, /cuda:0/);
    const reply = await infer('on-cuda-or-cpu', inferBody(tensor('x', 'FP32', [1, 4], [0, 1, 0, 0])));
    assert.deepEqual(outputsOf(reply), [['y', 'FP32', [1, 3], [1, 11, 21]]]);
  });

  test('names and descriptions of the configuration are those that clients see and use', async () => {
    const { inputs, outputs, properties } = (await server.get('/v2/models/renamed')).json;
    assert.deepEqual(portsOf(inputs), [['pixels', 'UINT8', [-1]]]);
    assert.deepEqual(portsOf(outputs), [['same', 'UINT8', [-1]]]);
    assert.equal(properties.description, 'what comes in goes out');
    assert.equal(properties['input.pixels.description'], 'grey values');
    const reply = await infer('renamed', {
      ...inferBody(tensor('pixels', 'UINT8', [2], [1, 2])),
      outputs: [{ name: 'same' }],
    });
    assert.deepEqual(outputsOf(reply), [['same', 'UINT8', [2], [1, 2]]]);
  });

  test('a configuration that contradicts the file is told which is which', async () => {
    assert.match(
      await reasonOf('other-type'),
      /the configuration gives input 'input' the datatype FP32, but in the model file it is UINT8/,
    );
    assert.match(
      await reasonOf('other-shape'),
      /the configuration gives output 'y' the shape \[1,10\], but in the model file it is \[1,3\]/,
    );
    assert.match(
      await reasonOf('other-count'),
      /lists 2 inputs by names of its own.*the model file has 1: 'input'/,
    );
  });
});
