import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadSettings } from '#config/load.js';
import { repositoryRoot } from '../support/places.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import type { TestServer } from '../support/server.js';
import { argmax, inferBody, portsOf, tensor } from '../support/tensors.js';

const samples = join(repositoryRoot, 'samples');

interface Expected {
  readonly model: string;
  readonly version: string;
  readonly labels: readonly number[];
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly data: readonly number[];
  }[];
}

const expected: Readonly<Record<string, Expected>> = JSON.parse(
  readFileSync(join(samples, 'expected.json'), 'utf8'),
);

/** How far another engine or processor may differ, as samples/README.md says. */
const TOLERANCE: Readonly<Record<string, number>> = { FP32: 1e-4, UINT8: 2, INT64: 0 };

/** 500 digits of 28 rows of 28 grey values, then their labels. */
const DIGITS = 500;
const PIXELS = 28 * 28;
const holdout = readFileSync(join(samples, 'data/mnist_holdout.bin'));
const labels = [...holdout.subarray(DIGITS * PIXELS)];
const digit = (at: number): readonly number[] => [...holdout.subarray(at * PIXELS, (at + 1) * PIXELS)];
const LEAST_ACCURACY = 0.97;

describe('the samples, as their own configuration serves them', () => {
  const end = atEnd(after);
  let server: TestServer;

  before(async () => {
    server = await serve(end, readSettings({ modelConfig: 'samples/model_config_example.yaml' }));
  });

  test('every model is ready', async () => {
    assert.equal((await server.get('/v2/health/ready')).status, 200);
    const index = (await server.get('/v2/repository/index')).json;
    assert.deepEqual(
      index.map(({ name, version, state }: Record<string, string>) => `${name}/${version} ${state}`),
      ['mnist/1 READY', 'mnist-onnx/1 READY', 'iris/1 READY'],
    );
  });

  test('the examples in the OpenAPI document are a request and its answer', async () => {
    const { paths } = (await server.get('/openapi.json')).json;
    const { post } = paths['/v2/models/{model}/infer'];
    const [{ example: model }] = post.parameters;
    const [request, answer] = [post.requestBody, post.responses['200']].map(({ content }) =>
      Object.values<{ value: unknown }>(content['application/json'].examples).map(({ value }) => value),
    );
    assert.equal(request?.length, 1);
    const reply = await server.post(`/v2/models/${model}/infer`, request[0]);
    assert.deepEqual([reply.json], answer);
  });

  test('metadata is what samples/README.md says', async () => {
    const mnist = (await server.get('/v2/models/mnist')).json;
    assert.deepEqual(portsOf(mnist.inputs), [['input', 'UINT8', [1, 28, 28, 1]]]);
    assert.deepEqual(portsOf(mnist.outputs), [['0', 'UINT8', [1, 10]]]);
    const float = (await server.get('/v2/models/mnist-onnx')).json;
    assert.deepEqual(portsOf(float.inputs), [['image', 'FP32', [-1, 1, 28, 28]]]);
    assert.deepEqual(portsOf(float.outputs), [['probabilities', 'FP32', [-1, 10]]]);
    const iris = (await server.get('/v2/models/iris')).json;
    assert.deepEqual(portsOf(iris.inputs), [['features', 'FP32', [-1, 4]]]);
    assert.deepEqual(portsOf(iris.outputs), [
      ['label', 'INT64', [-1]],
      ['probabilities', 'FP32', [-1, 3]],
    ]);
  });

  for (const [file, { model, version, labels: right, outputs }] of Object.entries(expected)) {
    test(`${file} is answered as expected.json says`, async () => {
      const request = readFileSync(join(samples, file), 'utf8');
      const reply = await server.post(`/v2/models/${model}/versions/${version}/infer`, request);
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual([reply.json.model_name, reply.json.model_version], [model, version]);
      assert.equal(reply.json.outputs.length, outputs.length);
      outputs.forEach((output, at) => {
        const given = reply.json.outputs[at];
        // The Furiosa dialect names outputs by position.
        assert.equal(given.name, model === 'mnist' ? String(at) : output.name);
        assert.deepEqual([given.datatype, given.shape], [output.datatype, output.shape]);
        assertNear(given.data, output.data, TOLERANCE[output.datatype] ?? 0);
      });
      const scores = reply.json.outputs.at(-1).data;
      assert.deepEqual(rowsOf(scores, right.length).map(argmax), right);
    });
  }

  test('the request samples/README.md shows has a 7 in it, and its answer is 255 at position 7', async () => {
    const request = readFileSync(join(samples, 'mnist_input_sample_01.json'), 'utf8');
    const { json } = await server.post('/v2/models/mnist/versions/1/infer', request.replaceAll('\n', ''));
    assert.deepEqual(json.outputs[0].data, [0, 0, 0, 0, 0, 0, 0, 255, 0, 0]);
  });

  test('the ONNX digits: 97 % of those held out at least, in batches of 50', async () => {
    const size = 50;
    const answers: number[] = [];
    for (let from = 0; from < DIGITS; from += size) {
      const pixels = [...holdout.subarray(from * PIXELS, (from + size) * PIXELS)].map((grey) => grey / 255);
      const body = inferBody(tensor('image', 'FP32', [size, 1, 28, 28], pixels.map(Math.fround)));
      const { status, text, json } = await server.post('/v2/models/mnist-onnx/infer', body);
      assert.equal(status, 200, text);
      assert.deepEqual(json.outputs[0].shape, [size, 10]);
      answers.push(...rowsOf(json.outputs[0].data, size).map(argmax));
    }
    assertAccurate(answers);
  });

  test('the TFLite digits: 97 % of those held out at least, one by one, four at a time', async () => {
    const answers = new Array<number>(DIGITS).fill(-1);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let at = next++; at < DIGITS; at = next++) {
        const body = inferBody(tensor('input', 'UINT8', [1, 28, 28, 1], digit(at)));
        const { status, text, json } = await server.post('/v2/models/mnist/infer', body);
        assert.equal(status, 200, text);
        answers[at] = argmax(json.outputs[0].data);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    assertAccurate(answers);
  });
});

test('the sample of a server file loads, and the server introduces itself as it says', async (t) => {
  const flags = {
    modelConfig: 'samples/model_config_example.yaml',
    serverConfig: 'samples/server_config_example.yaml',
  };
  const asItStands = loadSettings({
    flags,
    env: {},
    cwd: repositoryRoot,
    hostHasNpu: false,
    productVersion: '0.0.0-test',
  });
  assert.deepEqual(asItStands.warnings, []);
  assert.deepEqual([asItStands.rest.host, asItStands.rest.port], ['0.0.0.0', 8080]);
  const server = await serve((end) => t.after(end), readSettings(flags));
  const { status, json } = await server.get('/v2');
  assert.equal(status, 200);
  assert.deepEqual([json.name, json.version], ['furiosa-server', '0.1.0']);
});

test('one sample alone, without a configuration file, as samples/README.md says', async (t) => {
  const flags = { modelPath: 'samples/data/mnist.onnx', modelName: 'mnist-onnx', modelVersion: '1' };
  const server = await serve((end) => t.after(end), readSettings(flags));
  const request = readFileSync(join(samples, 'mnist_onnx_input.json'), 'utf8');
  const { json } = await server.post('/v2/models/mnist-onnx/versions/1/infer', request);
  assert.deepEqual(rowsOf(json.outputs[0].data, 2).map(argmax), [2, 4]);
});

function rowsOf(data: readonly number[], rows: number): readonly (readonly number[])[] {
  const size = data.length / rows;
  return Array.from({ length: rows }, (_, row) => data.slice(row * size, (row + 1) * size));
}

function assertNear(given: readonly number[], wanted: readonly number[], tolerance: number): void {
  assert.equal(given.length, wanted.length);
  wanted.forEach((value, at) => {
    const difference = Math.abs((given[at] ?? Number.NaN) - value);
    assert.ok(difference <= tolerance, `element ${at} is ${given[at]}, not ${value} ± ${tolerance}`);
  });
}

function assertAccurate(answers: readonly number[]): void {
  const right = answers.filter((answer, at) => answer === labels[at]).length;
  assert.ok(right / DIGITS >= LEAST_ACCURACY, `${right} of ${DIGITS} digits were read right`);
}
