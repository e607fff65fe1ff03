import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { answeredOutputs, binaryBody, postBytes } from '../support/binary.js';
import { type GrpcClient, grpcClient, typedInput } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { outputsOf } from '../support/outputs.js';
import { repositoryRoot } from '../support/places.js';
import { atEnd, readSettings, serve } from '../support/serve.js';
import { GRPC, offerOf, type Reply, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);

const samples = join(repositoryRoot, 'samples');
const sample = (file: string): { readonly inputs: readonly Record<string, unknown>[] } =>
  JSON.parse(readFileSync(join(samples, file), 'utf8'));
const seven = sample('mnist_input_sample_01.json');
const pixels = (seven.inputs[0]?.['data'] as readonly number[][][][] | undefined)?.flat(3) ?? [];

const UNSUPPORTED = (output: string, datatype: string): string =>
  `class result not available for output '${output}' due to unsupported type '${datatype}': ` +
  'classification takes UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP32, FP64';

/** Without the value: another processor may differ in the last digits. */
const withoutValue = (text: string): string => text.replace(/^\d\.\d{6}(?=:)/, 'p');

describe('classification of the samples', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const settings = readSettings({ modelConfig: 'samples/model_config_example.yaml' });
    const identity = (name: string, bytes: Uint8Array): ReturnType<typeof offerOf> =>
      offerOf({ name, path: writeModel(folder, `${name}.onnx`, bytes) });
    server = await serve(end, {
      ...settings,
      grpc: GRPC,
      rest: { ...settings.rest, maxBodyBytes: 8 * 1024 * 1024 },
      models: [
        ...settings.models,
        identity('text', identityModel('BYTES')),
        identity('long', identityModel('INT64')),
        identity('wide', identityModel('UINT8')),
        identity('rows', identityModel('INT32', ['batch', 3])),
      ],
    });
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const infer = (model: string, body: object): Promise<Reply> =>
    server.post(`/v2/models/${model}/infer`, body);
  const asking = (name: string, classification: unknown, more: object = {}): object => ({
    outputs: [{ name, parameters: { classification, ...more } }],
  });

  test('/v2 lists the extension', async () => {
    assert.ok((await server.get('/v2')).json.extensions.includes('classification'));
  });

  test('REST: the TFLite digit, whose first axis is fixed, has one list', async () => {
    const reply = await infer('mnist', { ...seven, ...asking('0', 3) });
    assert.deepEqual(outputsOf(reply), [['0', 'BYTES', [3], ['255:7:seven', '0:0:zero', '0:1:one']]]);
    assert.equal(
      reply.text,
      '{"model_name":"mnist","model_version":"1","id":null,"parameters":null,"outputs":[{"name":"0","shape":[3],' +
        '"datatype":"BYTES","parameters":null,"data":["255:7:seven","0:0:zero","0:1:one"]}]}',
    );
  });

  test('REST: a batch of ONNX digits has a list for each', async () => {
    const reply = await infer('mnist-onnx', {
      ...sample('mnist_onnx_input.json'),
      ...asking('probabilities', 2),
    });
    const [[name, datatype, shape, data]] = outputsOf(reply) as [[string, string, number[], string[]]];
    assert.deepEqual([name, datatype, shape], ['probabilities', 'BYTES', [2, 2]]);
    assert.match(data[0] ?? '', /^0\.9999\d\d:2:two$/);
    assert.match(data[2] ?? '', /^0\.9999\d\d:4:four$/);
    assert.deepEqual(data.map(withoutValue), ['p:2:two', 'p:1:one', 'p:4:four', 'p:9:nine']);
  });

  test('REST: more than there are is all of them; 0 is the tensor itself', async () => {
    const all = await infer('mnist', { ...seven, ...asking('0', 99) });
    assert.deepEqual(all.json.outputs[0].shape, [10]);
    assert.deepEqual(all.json.outputs[0].data.slice(-1), ['0:9:nine']);
    const none = await infer('mnist', { ...seven, ...asking('0', 0) });
    assert.deepEqual(none.json.outputs[0].data, [0, 0, 0, 0, 0, 0, 0, 255, 0, 0]);
  });

  test('REST: one output is classified, another is not', async () => {
    const { json } = await infer('iris', {
      ...sample('iris_input.json'),
      outputs: [{ name: 'probabilities', parameters: { classification: 1 } }, { name: 'label' }],
    });
    const [probabilities, label] = json.outputs;
    assert.deepEqual([probabilities.shape, label.shape, label.data], [[3, 1], [3], [0, 1, 2]]);
    assert.deepEqual(probabilities.data.map(withoutValue), ['p:0:setosa', 'p:1:versicolor', 'p:2:virginica']);
  });

  test('REST: binary and base64 carry the texts', async () => {
    const { body, jsonBytes } = binaryBody({ ...seven, ...asking('0', 2, { binary_data: true }) });
    const reply = await postBytes(server.port, '/v2/models/mnist/infer', body, {
      'inference-header-content-length': String(jsonBytes),
    });
    const [output] = answeredOutputs(reply);
    assert.deepEqual([output?.datatype, output?.shape], ['BYTES', [2]]);
    const texts = decodeByteStrings(output?.bytes ?? new Uint8Array(0), 2, 'the answer');
    assert.deepEqual(
      texts.map((text) => Buffer.from(text).toString()),
      ['255:7:seven', '0:0:zero'],
    );
    const base64 = await infer('mnist', { ...seven, ...asking('0', 1, { content_type: 'base64' }) });
    assert.deepEqual(base64.json.outputs[0].data, [Buffer.from('255:7:seven').toString('base64')]);
  });

  test('gRPC: raw requests are answered raw, typed ones typed', async () => {
    const outputs = [{ name: '0', parameters: { classification: { int64_param: 2 } } }];
    const raw = await client.call('ModelInfer', {
      model_name: 'mnist',
      inputs: [{ name: 'input', datatype: 'UINT8', shape: [1, 28, 28, 1] }],
      raw_input_contents: [Uint8Array.from(pixels)],
      outputs,
    });
    assert.deepEqual([raw.outputs[0].datatype, raw.outputs[0].shape], ['BYTES', ['2']]);
    const texts = decodeByteStrings(new Uint8Array(raw.raw_output_contents[0]), 2, 'the answer');
    assert.deepEqual(
      texts.map((text) => Buffer.from(text).toString()),
      ['255:7:seven', '0:0:zero'],
    );
    const typed = await client.call('ModelInfer', {
      model_name: 'mnist',
      inputs: [typedInput('input', 'UINT8', [1, 28, 28, 1], { uint_contents: pixels })],
      outputs,
    });
    assert.deepEqual(typed.outputs[0].contents.bytes_contents.map(String), ['255:7:seven', '0:0:zero']);
  });

  test('64-bit integers are exact, and there are no labels where nobody gave any', async () => {
    const body = `{"inputs":[{"name":"input","datatype":"INT64","shape":[3],"data":[9007199254740992,9007199254740993,-5]}],
      "outputs":[{"name":"output","parameters":{"classification":2}}]}`;
    const reply = await server.post('/v2/models/long/infer', body);
    assert.deepEqual(reply.json.outputs[0].data, ['9007199254740993:1', '9007199254740992:0']);
  });

  test('a batch of no rows, and one of two', async () => {
    const rows = async (...data: number[][]): Promise<unknown> =>
      outputsOf(
        await infer('rows', {
          ...inferBody(tensor('input', 'INT32', [data.length, 3], data)),
          ...asking('output', 1),
        }),
      );
    assert.deepEqual(await rows(), [['output', 'BYTES', [0, 1], []]]);
    assert.deepEqual(await rows([1, 2, 3], [6, 5, 4]), [['output', 'BYTES', [2, 1], ['3:2', '6:0']]]);
  });

  const wrong: [classification: unknown, error: string][] = [
    [-1, "'outputs[0].parameters.classification' must be a non-negative integer, but is -1"],
    [1.5, "'outputs[0].parameters.classification' must be a non-negative integer, but is 1.5"],
    ['2', `'outputs[0].parameters.classification' must be a non-negative integer, but is "2"`],
  ];
  for (const [classification, error] of wrong) {
    test(`REST: ${JSON.stringify(classification)} classes are refused`, async () => {
      const reply = await infer('mnist', { ...seven, ...asking('0', classification) });
      assert.deepEqual([reply.status, reply.json], [400, { error }]);
    });
  }

  test('gRPC: a number of classes that is none is refused in the same words', async () => {
    const request = {
      model_name: 'mnist',
      outputs: [{ name: '0', parameters: { classification: { int64_param: -1 } } }],
    };
    const { code, details } = await client.fail('ModelInfer', request);
    assert.deepEqual([code, details], [3, wrong[0]?.[1]]);
  });

  test('a datatype without an order is refused in the same words by both', async () => {
    const inputs = inferBody(tensor('input', 'BYTES', [1], ['a']));
    const reply = await infer('text', { ...inputs, ...asking('output', 1) });
    assert.deepEqual([reply.status, reply.json.error], [400, UNSUPPORTED('output', 'BYTES')]);
    const { code, details } = await client.fail('ModelInfer', {
      model_name: 'text',
      inputs: [typedInput('input', 'BYTES', [1], { bytes_contents: [Buffer.from('a')] })],
      outputs: [{ name: 'output', parameters: { classification: { int64_param: 1 } } }],
    });
    assert.deepEqual([code, details], [3, UNSUPPORTED('output', 'BYTES')]);
  });

  test('more than 1 Mi elements are refused', async () => {
    const length = 1024 * 1024 + 1;
    const input = {
      name: 'input',
      datatype: 'UINT8',
      shape: [length],
      parameters: { binary_data_size: length },
    };
    const { body, jsonBytes } = binaryBody(
      { inputs: [input], ...asking('output', 1) },
      new Uint8Array(length),
    );
    const reply = await postBytes(server.port, '/v2/models/wide/infer', body, {
      'inference-header-content-length': String(jsonBytes),
    });
    assert.equal(reply.status, 400);
    assert.deepEqual(JSON.parse(reply.body.toString()), {
      error: `output 'output' of shape [${length}] cannot be classified: it has ${length} elements, and the most is 1048576`,
    });
  });
});
