import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';
import {
  addSubModel,
  identityModel,
  type ModelShape,
  matMulModel,
  modelDirectory,
  scalarModel,
  writeModel,
} from '../support/onnx-models.js';
import { outputsOf } from '../support/outputs.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);

/** Numbers at the edges of each datatype as text, and as they come back where that is another text. */
const exact: readonly (readonly [type: DataType, data: string, answered?: string])[] = [
  ['BOOL', 'true,false'],
  ['UINT8', '0,255'],
  ['INT8', '-128,127'],
  ['UINT16', '0,65535'],
  ['INT16', '-32768,32767'],
  ['UINT32', '0,4294967295'],
  ['INT32', '-2147483648,2147483647'],
  ['UINT64', '0,9007199254740993,18446744073709551615'],
  ['INT64', '-9223372036854775808,-9007199254740993,9007199254740993,9223372036854775807'],
  ['FP32', '0.1,-0,16777216,3.4028234663852886e+38,1e-45', '0.1,-0,16777216,3.4028235e+38,1e-45'],
  ['FP64', '0.1,-0,1.7976931348623157e+308,5e-324,0.30000000000000004'],
];

describe('ONNX models of every form', () => {
  const end = atEnd(after);
  let server: TestServer;
  const infer = (name: string, body: unknown): Promise<Reply> =>
    server.post(`/v2/models/${name}/infer`, body);
  const identity = (name: string, type: DataType, shape: ModelShape = ['n']): ConfiguredVersion =>
    offerOf({ name, path: writeModel(folder, `${name}.onnx`, identityModel(type, shape)) });

  before(async () => {
    server = await serve(
      end,
      settingsOf([
        offerOf({ name: 'rows', path: writeModel(folder, 'rows.onnx', matMulModel('batch')) }),
        offerOf({ name: 'sums', path: writeModel(folder, 'sums.onnx', addSubModel('INT32', ['batch', 2])) }),
        offerOf({ name: 'scalar', path: writeModel(folder, 'scalar.onnx', scalarModel()) }),
        ...exact.map(([type]) => identity(type, type)),
        identity('BYTES', 'BYTES'),
        identity('table', 'BYTES', ['rows', 'columns']),
      ]),
    );
    assert.equal(
      (await server.get('/v2/health/ready')).status,
      200,
      (await server.get('/v2/repository/index')).text,
    );
  });

  test('a dynamic batch: as many rows as the request has, and the metadata says -1', async () => {
    const { inputs, outputs } = (await server.get('/v2/models/rows')).json;
    assert.deepEqual(
      [inputs[0].shape, outputs[0].shape],
      [
        [-1, 4],
        [-1, 3],
      ],
    );
    for (const rows of [1, 3, 17]) {
      // Row r is the unit vector r mod 4, so its answer is row r mod 4 of W.
      const x = Array.from({ length: rows }, (_, row) => [0, 1, 2, 3].map((i) => (i === row % 4 ? 1 : 0)));
      const y = x.flatMap((_, row) => [row % 4, (row % 4) + 10, (row % 4) + 20]);
      const reply = await infer('rows', inferBody(tensor('x', 'FP32', [rows, 4], x)));
      assert.deepEqual(outputsOf(reply), [['y', 'FP32', [rows, 3], y]]);
    }
  });

  test('no rows at all give no rows at all', async () => {
    const reply = await infer('rows', inferBody(tensor('x', 'FP32', [0, 4], [])));
    assert.deepEqual(outputsOf(reply), [['y', 'FP32', [0, 3], []]]);
  });

  test('several inputs in any order, several outputs in the order asked for', async () => {
    const first = tensor('INPUT0', 'INT32', [1, 2], [5, 6]);
    const second = tensor('INPUT1', 'INT32', [1, 2], [1, 2]);
    const sum = ['OUTPUT0', 'INT32', [1, 2], [6, 8]];
    const difference = ['OUTPUT1', 'INT32', [1, 2], [4, 4]];
    const ask = async (inputs: object[], ...names: string[]): Promise<readonly unknown[]> =>
      outputsOf(await infer('sums', { inputs, outputs: names.map((name) => ({ name })) }));
    assert.deepEqual(await ask([first, second]), [sum, difference]);
    assert.deepEqual(await ask([second, first]), [sum, difference]);
    assert.deepEqual(await ask([first, second], 'OUTPUT1'), [difference]);
    assert.deepEqual(await ask([first, second], 'OUTPUT1', 'OUTPUT0'), [difference, sum]);
  });

  test('inputs under names of their own are taken in order, and only then', async () => {
    const a = tensor('a', 'INT32', [1, 2], [5, 6]);
    const b = tensor('b', 'INT32', [1, 2], [1, 2]);
    const [, difference] = outputsOf(await infer('sums', inferBody(a, b)));
    assert.deepEqual(difference, ['OUTPUT1', 'INT32', [1, 2], [4, 4]]);
    const mixed = await infer('sums', inferBody(a, tensor('INPUT0', 'INT32', [1, 2], [1, 2])));
    assert.equal(mixed.status, 400);
    assert.match(mixed.json.error, /unexpected inference input 'a' for model 'sums'/);
  });

  test('a scalar', async () => {
    const reply = await infer('scalar', inferBody(tensor('x', 'FP32', [], [41])));
    assert.deepEqual(outputsOf(reply), [['y', 'FP32', [], [42]]]);
  });

  test('a table of strings keeps its characters, its emptiness and its shape', async () => {
    const words = ['a', '', 'Grüße\n"\\/', '日本語 🙂', 'tab\t', ' x '];
    const rows = [words.slice(0, 2), words.slice(2, 4), words.slice(4)];
    for (const data of [words, rows]) {
      const reply = await infer('table', inferBody(tensor('input', 'BYTES', [3, 2], data)));
      assert.deepEqual(outputsOf(reply), [['output', 'BYTES', [3, 2], words]]);
    }
  });

  test('a string with a NUL in it, which the engine would cut off there, is refused', async () => {
    const reply = await infer(
      'BYTES',
      inferBody(tensor('input', 'BYTES', [2], ['whole', 'null\u0000inside'])),
    );
    assert.equal(reply.status, 400);
    assert.match(reply.json.error, /input "input": element 1 has a NUL byte/);
  });

  // Compared as text: JavaScript's own JSON would round what is not exact.
  for (const [type, data, answered = data] of exact) {
    test(`${type} comes back exactly: ${data}`, async () => {
      const count = data.split(',').length;
      const body = `{"inputs":[{"name":"input","datatype":"${type}","shape":[${count}],"data":[${data}]}]}`;
      const reply = await infer(type, body);
      assert.equal(reply.status, 200, reply.text);
      assert.ok(reply.text.includes(`"data":[${answered}]`), reply.text);
    });
  }

  const tooMuch: [type: DataType, data: string][] = [
    ['INT64', '9223372036854775808'],
    ['INT64', '-9223372036854775809'],
    ['UINT64', '18446744073709551616'],
    ['UINT64', '-1'],
    ['INT64', '9007199254740993.5'],
  ];

  for (const [type, data] of tooMuch) {
    test(`${data} is no ${type}`, async () => {
      const body = `{"inputs":[{"name":"input","datatype":"${type}","shape":[1],"data":[${data}]}]}`;
      const reply = await infer(type, body);
      assert.equal(reply.status, 400, reply.text);
      assert.ok(reply.json.error.includes(data), reply.text);
    });
  }

  for (const type of ['FP32', 'FP64'] as const) {
    test(`${type}: NaN and the infinities are read as tokens, and written so where they are asked for`, async () => {
      const ask = (parameters: string): Promise<Reply> =>
        infer(
          type,
          `{${parameters}"inputs":[{"name":"input","datatype":"${type}","shape":[4],"data":[NaN,Infinity,-Infinity,1.5]}]}`,
        );
      const nulls = /"data":\[null,null,null,1\.5\]/;
      assert.match((await ask('')).text, nulls);
      assert.match((await ask('"parameters":{"nan_tokens":false},')).text, nulls);
      assert.match(
        (await ask('"parameters":{"nan_tokens":true},')).text,
        /"data":\[NaN,Infinity,-Infinity,1\.5\]/,
      );
    });
  }
});
