import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPES, type DataType } from '#tensor/datatype.js';
import { extremes } from '../contract/extremes.js';
import {
  type AnsweredOutput,
  answeredOutputs,
  binaryBody,
  postBytes,
  type RawReply,
} from '../support/binary.js';
import {
  addSubModel,
  identityModel,
  type ModelShape,
  matMulModel,
  modelDirectory,
  scalarModel,
  writeModel,
} from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { modelFolder, reshape } from '../support/tflite-models.js';
import { TENSOR_TYPE } from '../support/tflite-writer.js';

const folder = modelDirectory(after);

/** ONNX Runtime for Node has no way to pass BF16; LiteRT has, in models of fixed shapes that are not empty. */
const BF16_COUNTS = [1, 3, 1000];
const saveTflite = modelFolder();

const passable = DATATYPES.filter((each) => each !== 'BF16');

/** So many elements of a datatype, the same four over and over: none of them is a NaN, whose payload JSON cannot say. */
function tiled(datatype: DataType, count: number): Uint8Array {
  const fours = Array(Math.floor(count / 4)).fill(extremes(datatype, 4));
  return new Uint8Array(Buffer.concat([...fours, extremes(datatype, count % 4)]));
}

function int32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

describe('binary tensors over real sockets', () => {
  const end = atEnd(after);
  let server: TestServer;
  const offered = (
    name: string,
    bytes: Uint8Array,
    parts: Partial<ConfiguredVersion> = {},
  ): ConfiguredVersion => offerOf({ name, path: writeModel(folder, `${name}.onnx`, bytes), ...parts });
  const identity = (name: string, type: DataType, shape: ModelShape = ['n']): ConfiguredVersion =>
    offered(name, identityModel(type, shape));

  before(async () => {
    const settings = settingsOf([
      ...passable.map((type) => identity(type, type)),
      ...BF16_COUNTS.map((count) =>
        offerOf({
          name: `BF16-${count}`,
          path: saveTflite(`BF16-${count}`, reshape(TENSOR_TYPE.BFLOAT16, [count], [count])),
        }),
      ),
      identity('deep', 'INT16', [1, 'a', 1, 'b', 1, 1, 1, 2]),
      identity('table', 'BYTES', ['rows', 'columns']),
      identity('pictures', 'UINT8', ['n', 2, 2]),
      identity('open', 'UINT8', ['a', 'b', 'c']),
      offered('sums', addSubModel('INT32', ['batch', 2])),
      offered('rows', matMulModel('batch')),
      offered('scalar', scalarModel()),
      offered('npu', identityModel('FP32', ['n']), { platform: 'npu', device: 'cpu(1)*1' }),
    ]);
    server = await serve(end, { ...settings, rest: { ...settings.rest, maxBodyBytes: 64 * 1024 * 1024 } });
  });

  async function ask(model: string, json: unknown, ...blobs: readonly Uint8Array[]): Promise<RawReply> {
    const { body, jsonBytes } = binaryBody(json, ...blobs);
    return await postBytes(server.port, `/v2/models/${model}/infer`, body, {
      'inference-header-content-length': String(jsonBytes),
    });
  }

  async function answer(
    model: string,
    json: unknown,
    ...blobs: readonly Uint8Array[]
  ): Promise<readonly AnsweredOutput[]> {
    const reply = await ask(model, json, ...blobs);
    assert.equal(reply.status, 200, reply.body.toString().slice(0, 500));
    return answeredOutputs(reply);
  }

  function raw(model: string, body: Uint8Array): Promise<RawReply> {
    return postBytes(server.port, `/v2/models/${model}/infer`, body, {
      'inference-header-content-length': '0',
    });
  }

  const binary = (name: string, datatype: DataType, shape: readonly number[], blob: Uint8Array): object => ({
    name,
    datatype,
    shape,
    parameters: { binary_data_size: blob.length },
  });

  test('/v2 lists the extension', async () => {
    assert.ok((await server.get('/v2')).json.extensions.includes('binary_tensor_data'));
  });

  for (const type of passable) {
    test(`${type}: JSON and binary say the same, there and back`, async () => {
      const input = { name: 'input', datatype: type };
      const json = { fp16_json: true, ...(type === 'BYTES' && { content_type: 'base64' }) };
      for (const count of [0, 1, 3, 1000]) {
        const blob = tiled(type, count);
        const first = await ask(
          type,
          {
            parameters: { nan_tokens: true },
            inputs: [binary('input', type, [count], blob)],
            outputs: [{ name: 'output', parameters: json }],
          },
          blob,
        );
        assert.equal(first.status, 200, first.body.toString().slice(0, 500));
        assert.equal(first.headers['inference-header-content-length'], undefined);
        assert.equal(first.headers['content-type'], 'application/json');
        const text = first.body.toString();
        // As text: JavaScript's own JSON has no NaN, and rounds what is not exact.
        const data = text.slice(text.lastIndexOf('"data":') + 7, -3);
        const head = JSON.stringify({ ...input, shape: [count], parameters: json });
        const second = await postBytes(
          server.port,
          `/v2/models/${type}/infer`,
          Buffer.from(
            `{"inputs":[${head.slice(0, -1)},"data":${data}}],"parameters":{"binary_data_output":true}}`,
          ),
        );
        assert.equal(second.status, 200, second.body.toString().slice(0, 500));
        const [output] = answeredOutputs(second);
        assert.equal(Buffer.compare(output?.bytes ?? new Uint8Array(1), blob), 0, `${count} elements`);
      }
    });
  }

  for (const count of BF16_COUNTS) {
    test(`BF16: ${count} elements come back bit for bit, and say the same as numbers`, async () => {
      const blob = tiled('BF16', count);
      const numbers = { fp16_json: true, nan_tokens: true };
      const [output] = await answer(
        `BF16-${count}`,
        { inputs: [binary('x', 'BF16', [count], blob)], parameters: { binary_data_output: true } },
        blob,
      );
      assert.equal(Buffer.compare(output?.bytes ?? new Uint8Array(1), blob), 0);
      const json = await ask(
        `BF16-${count}`,
        { inputs: [binary('x', 'BF16', [count], blob)], parameters: numbers },
        blob,
      );
      const elements = Array.from({ length: count }, (_, i) => ['1', '-0', 'Infinity', '-Infinity'][i % 4]);
      assert.ok(json.body.toString().endsWith(`"data":[${elements.join()}]}]}`));
      const body = `{"inputs":[{"name":"x","datatype":"BF16","shape":[${count}],"data":[${elements.join()}]}],"parameters":{"fp16_json":true,"binary_data_output":true}}`;
      const back = await postBytes(server.port, `/v2/models/BF16-${count}/infer`, Buffer.from(body));
      assert.equal(Buffer.compare(answeredOutputs(back)[0]?.bytes ?? new Uint8Array(1), blob), 0);
    });
  }

  test('a scalar, rank 8, and no elements in several axes', async () => {
    const all = { binary_data_output: true };
    const float = new Uint8Array(Float32Array.of(41).buffer);
    const [scalar] = await answer(
      'scalar',
      { inputs: [binary('x', 'FP32', [], float)], parameters: all },
      float,
    );
    assert.deepEqual([scalar?.shape, scalar?.bytes], [[], new Uint8Array(Float32Array.of(42).buffer)]);
    for (const shape of [
      [1, 3, 1, 2, 1, 1, 1, 2],
      [1, 0, 1, 2, 1, 1, 1, 2],
    ]) {
      const blob = extremes(
        'INT16',
        shape.reduce((product, axis) => product * axis, 1),
      );
      const [deep] = await answer(
        'deep',
        { inputs: [binary('input', 'INT16', shape, blob)], parameters: all },
        blob,
      );
      assert.deepEqual([deep?.shape, deep?.bytes], [shape, blob]);
    }
    const [rows] = await answer('rows', {
      inputs: [binary('x', 'FP32', [0, 4], new Uint8Array(0))],
      parameters: all,
    });
    assert.deepEqual([rows?.shape, rows?.bytes], [[0, 3], new Uint8Array(0)]);
  });

  test('inputs and outputs may be mixed: blobs lie in the order of those that are binary', async () => {
    const inputs = [
      { name: 'INPUT1', datatype: 'INT32', shape: [1, 2], data: [1, 2] },
      binary('INPUT0', 'INT32', [1, 2], int32(5, 6)),
    ];
    const mixed = await ask(
      'sums',
      {
        inputs,
        id: 'x',
        outputs: [
          { name: 'OUTPUT1', parameters: { binary_data: true } },
          { name: 'OUTPUT0', parameters: { binary_data: false } },
        ],
        parameters: { binary_data_output: true },
      },
      int32(5, 6),
    );
    const json =
      '{"id":"x","model_name":"sums","model_version":"1","outputs":[' +
      '{"name":"OUTPUT1","datatype":"INT32","shape":[1,2],"parameters":{"binary_data_size":8}},' +
      '{"name":"OUTPUT0","datatype":"INT32","shape":[1,2],"data":[6,8]}]}';
    assert.equal(mixed.headers['content-type'], 'application/octet-stream');
    assert.equal(mixed.headers['inference-header-content-length'], String(json.length));
    assert.equal(mixed.body.toString('latin1', 0, json.length), json);
    assert.deepEqual(new Uint8Array(mixed.body.subarray(json.length)), int32(4, 4));
  });

  test('several binary outputs lie in the order that was asked for', async () => {
    const inputs = [
      binary('INPUT0', 'INT32', [1, 2], int32(5, 6)),
      binary('INPUT1', 'INT32', [1, 2], int32(1, 2)),
    ];
    const flags = { parameters: { binary_data_output: true } };
    const blobs = [int32(5, 6), int32(1, 2)];
    const sum = ['OUTPUT0', int32(6, 8)];
    const difference = ['OUTPUT1', int32(4, 4)];
    const named = (outputs: readonly AnsweredOutput[]): unknown =>
      outputs.map(({ name, bytes }) => [name, bytes]);
    assert.deepEqual(named(await answer('sums', { inputs, ...flags }, ...blobs)), [sum, difference]);
    const outputs = [{ name: 'OUTPUT1' }, { name: 'OUTPUT0' }];
    assert.deepEqual(named(await answer('sums', { inputs, outputs, ...flags }, ...blobs)), [difference, sum]);
  });

  test('the Furiosa dialect keeps its keys and its nulls beside binary outputs', async () => {
    const blob = new Uint8Array(Float32Array.of(1, 2).buffer);
    const inputs = [binary('input', 'FP32', [2], blob)];
    const reply = await ask('npu', { inputs, parameters: { binary_data_output: true } }, blob);
    const json =
      '{"model_name":"npu","model_version":"1","id":null,"parameters":null,"outputs":[' +
      '{"name":"0","shape":[2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}';
    assert.equal(reply.body.toString('latin1', 0, json.length), json);
    assert.deepEqual(new Uint8Array(reply.body.subarray(json.length)), blob);
    const plain = await ask('npu', { inputs }, blob);
    assert.match(plain.body.toString(), /"datatype":"FP32","parameters":null,"data":\[1,2\]\}\]\}$/);
  });

  test('a raw request: the body is the tensor, and the answer binary', async () => {
    const blob = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const reply = await raw('pictures', blob);
    assert.equal(reply.status, 200, reply.body.toString());
    const [output] = answeredOutputs(reply);
    assert.deepEqual([output?.shape, output?.bytes], [[2, 2, 2], blob]);
    assert.doesNotMatch(reply.body.toString('latin1'), /"id"/);
    const text = Buffer.from('a whole text');
    const [element] = answeredOutputs(await raw('BYTES', text));
    assert.deepEqual([element?.shape, element?.bytes], [[1], encodeByteStrings([text])]);
  });

  const refusals: [model: string, bytes: number, status: number, sentence: RegExp][] = [
    [
      'sums',
      8,
      400,
      /Raw request must only have 1 input \(found 1\) to be deduced but got 2 inputs in 'sums'/,
    ],
    ['open', 8, 400, /can not be deduced because there are more than one variable-sized dimension/],
    ['pictures', 7, 400, /Expected a multiple of 4, got 7/],
    ['nobody', 7, 404, /unknown model/],
  ];

  for (const [model, bytes, status, sentence] of refusals) {
    test(`a raw request of ${bytes} bytes for '${model}' is ${status}`, async () => {
      const reply = await raw(model, new Uint8Array(bytes));
      assert.equal(reply.status, status);
      assert.match(JSON.parse(reply.body.toString()).error, sentence);
      assert.equal(reply.headers['content-type'], 'application/json');
    });
  }

  test('binary inputs are held against the model as JSON ones are, and the next request works', async () => {
    const wrong: [json: object, blob: Uint8Array, sentence: RegExp][] = [
      [binary('x', 'FP32', [1, 3], new Uint8Array(12)), new Uint8Array(12), /unexpected shape for input 'x'/],
      [binary('x', 'INT32', [1, 4], new Uint8Array(16)), new Uint8Array(16), /data-type is 'INT32'/],
      [
        binary('x', 'FP32', [1, 4], new Uint8Array(16)),
        new Uint8Array(17),
        /unexpected additional input data for model 'rows'/,
      ],
      [
        binary('x', 'FP32', [1, 4], new Uint8Array(16)),
        new Uint8Array(15),
        /expecting 1 additional bytes for model 'rows'/,
      ],
    ];
    for (const [input, blob, sentence] of wrong) {
      const reply = await ask('rows', { inputs: [input] }, blob);
      assert.equal(reply.status, 400);
      assert.match(JSON.parse(reply.body.toString()).error, sentence);
    }
    const good = new Uint8Array(16);
    assert.equal((await ask('rows', { inputs: [binary('x', 'FP32', [1, 4], good)] }, good)).status, 200);
  });
});
