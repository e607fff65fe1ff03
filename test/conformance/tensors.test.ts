/** Requests that are right: every encoding gets the same answer. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import { bytesOfList } from '../support/elements.js';
import {
  type AnsweredTensor,
  type SaidInput,
  type SaidRequest,
  type Speaker,
  speakersOf,
} from '../support/encodings.js';
import { grpcClient } from '../support/grpc-client.js';
import {
  addSubModel,
  identityModel,
  matMulModel,
  modelDirectory,
  scalarModel,
  writeModel,
} from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf } from '../support/server.js';

const folder = modelDirectory(after);

type List = readonly (number | bigint | boolean | string)[];

function tensor(name: string, datatype: DataType, shape: readonly number[], list: List): AnsweredTensor {
  return { name, datatype, shape, data: bytesOfList(datatype, list) };
}

const int32 = (name: string, shape: readonly number[], ...list: readonly number[]): AnsweredTensor =>
  tensor(name, 'INT32', shape, list);
const fp32 = (name: string, shape: readonly number[], ...list: readonly number[]): AnsweredTensor =>
  tensor(name, 'FP32', shape, list);

const sums = (...inputs: readonly SaidInput[]): SaidRequest => ({ model: 'sums', inputs });
const five = int32('INPUT0', [1, 2], 5, 6);
const one = int32('INPUT1', [1, 2], 1, 2);
const sum = int32('OUTPUT0', [1, 2], 6, 8);
const difference = int32('OUTPUT1', [1, 2], 4, 4);

const image = Array.from({ length: 24 }, (_, at) => at + 0.5);
const eight = [1, 3, 1, 2, 1, 1, 1, 2];

interface Row {
  readonly what: string;
  readonly request: SaidRequest;
  readonly outputs: readonly AnsweredTensor[];
  /** Where they are not the model that was asked, its only version, and no id. */
  readonly version?: string;
}

const rows: readonly Row[] = [
  {
    what: 'one output by its classes, the other as it is',
    request: {
      ...sums(five, one),
      outputs: [{ name: 'OUTPUT0', parameters: { classification: 1 } }, 'OUTPUT1'],
    },
    outputs: [tensor('OUTPUT0', 'BYTES', [1, 1], ['8:1']), difference],
  },
  {
    what: 'a priority, time enough and parameters of its own',
    request: { ...sums(five, one), parameters: { priority: 1, timeout: 60_000_000, mine: true } },
    outputs: [sum, difference],
  },
  { what: 'two inputs and all outputs', request: sums(five, one), outputs: [sum, difference] },
  {
    what: 'inputs in another order than the model has',
    request: sums(one, five),
    outputs: [sum, difference],
  },
  {
    what: 'inputs by position, since the model knows none of the names',
    request: sums({ ...five, name: 'a' }, { ...one, name: 'b' }),
    outputs: [sum, difference],
  },
  { what: 'no outputs listed', request: { ...sums(five, one), outputs: [] }, outputs: [sum, difference] },
  { what: 'one output chosen', request: { ...sums(five, one), outputs: ['OUTPUT1'] }, outputs: [difference] },
  {
    what: 'outputs in another order',
    request: { ...sums(five, one), outputs: ['OUTPUT1', 'OUTPUT0'] },
    outputs: [difference, sum],
  },
  { what: 'an id', request: { ...sums(five, one), id: 'ünd "7"' }, outputs: [sum, difference] },
  {
    what: 'an id of 10,000 characters',
    request: { ...sums(five, one), id: 'x'.repeat(10_000) },
    outputs: [sum, difference],
  },
  { what: 'an empty id, which is none', request: { ...sums(five, one), id: '' }, outputs: [sum, difference] },
  {
    what: 'the version that is there',
    request: { ...sums(five, one), version: '1' },
    outputs: [sum, difference],
  },
  {
    what: 'several rows',
    request: sums(int32('INPUT0', [3, 2], 1, 2, 3, 4, 5, 6), int32('INPUT1', [3, 2], 1, 1, 1, 1, 1, 1)),
    outputs: [int32('OUTPUT0', [3, 2], 2, 3, 4, 5, 6, 7), int32('OUTPUT1', [3, 2], 0, 1, 2, 3, 4, 5)],
  },
  {
    what: 'no rows',
    request: sums(int32('INPUT0', [0, 2]), int32('INPUT1', [0, 2])),
    outputs: [int32('OUTPUT0', [0, 2]), int32('OUTPUT1', [0, 2])],
  },
  {
    what: 'no rows through weights',
    request: { model: 'rows', inputs: [fp32('x', [0, 4])] },
    outputs: [fp32('y', [0, 3])],
  },
  {
    what: 'a shape without its axis of length 1',
    request: sums({ ...five, shape: [2] }, one),
    outputs: [sum, difference],
  },
  {
    what: 'a shape with axes of length 1 more',
    request: sums({ ...five, shape: [1, 1, 2, 1] }, one),
    outputs: [sum, difference],
  },
  {
    what: 'axes of length 1 elsewhere than the model has them',
    request: { model: 'image', inputs: [fp32('input', [1, 1, 4, 6], ...image)] },
    outputs: [fp32('output', [1, 4, 6, 1], ...image)],
  },
  {
    what: 'a scalar',
    request: { model: 'scalar', inputs: [fp32('x', [], 41)] },
    outputs: [fp32('y', [], 42)],
  },
  {
    what: 'a scalar that is said with an axis',
    request: { model: 'scalar', inputs: [fp32('x', [1], 41)] },
    outputs: [fp32('y', [], 42)],
  },
  {
    what: 'rank 8',
    request: { model: 'deep', inputs: [tensor('input', 'INT16', eight, image.slice(0, 12).map(Math.floor))] },
    outputs: [tensor('output', 'INT16', eight, image.slice(0, 12).map(Math.floor))],
  },
  {
    what: 'rank 8 without elements',
    request: { model: 'deep', inputs: [tensor('input', 'INT16', [1, 0, 1, 2, 1, 1, 1, 2], [])] },
    outputs: [tensor('output', 'INT16', [1, 0, 1, 2, 1, 1, 1, 2], [])],
  },
  {
    what: 'texts of several lengths, one of them empty',
    request: { model: 'texts', inputs: [tensor('input', 'BYTES', [2, 2], ['', 'a', '"한"\n', '👩🏽‍🚀'])] },
    outputs: [tensor('output', 'BYTES', [2, 2], ['', 'a', '"한"\n', '👩🏽‍🚀'])],
  },
  {
    what: 'integers beyond what a double holds',
    request: { model: 'counts', inputs: [tensor('input', 'UINT64', [2], [2n ** 64n - 1n, 2n ** 53n + 1n])] },
    outputs: [tensor('output', 'UINT64', [2], [2n ** 64n - 1n, 2n ** 53n + 1n])],
  },
  {
    what: 'truth values',
    request: { model: 'flags', inputs: [tensor('input', 'BOOL', [3], [true, false, true])] },
    outputs: [tensor('output', 'BOOL', [3], [true, false, true])],
  },
  {
    what: 'a model of several versions, and none said: the highest',
    request: { model: 'versioned', inputs: [fp32('x', [], 1)] },
    outputs: [fp32('y', [], 2)],
    version: '10',
  },
  {
    what: 'a model of several versions, and an older one said',
    request: { model: 'versioned', version: '9', inputs: [fp32('input', [], 1)] },
    outputs: [fp32('output', [], 1)],
    version: '9',
  },
  {
    what: 'a model whose name needs escapes in a path',
    request: { model: 'ä b/c?', inputs: [fp32('x', [], 1)] },
    outputs: [fp32('y', [], 2)],
  },
  {
    what: 'the original dialect, where outputs have positions for names',
    request: { model: 'npu', inputs: [five, one] },
    outputs: [
      { ...sum, name: '0' },
      { ...difference, name: '1' },
    ],
  },
  {
    what: 'the original dialect: outputs chosen by position and by name',
    request: { model: 'npu', inputs: [five, one], outputs: ['1', 'OUTPUT0'] },
    outputs: [{ ...difference, name: '1' }, sum],
  },
];

describe('a request that is right has the same answer in every encoding', () => {
  const end = atEnd(after);
  let speakers: readonly Speaker[];

  before(async () => {
    const offer = (name: string, bytes: Uint8Array, parts = {}): ReturnType<typeof offerOf> => {
      const file = Buffer.from(`${name}-${JSON.stringify(parts)}`).toString('base64url');
      return offerOf({ name, path: writeModel(folder, `${file}.onnx`, bytes), ...parts });
    };
    const settings = settingsOf(
      [
        offer('sums', addSubModel('INT32', ['batch', 2])),
        offer('rows', matMulModel('batch')),
        offer('image', identityModel('FP32', [1, 4, 6, 1])),
        offer('scalar', scalarModel()),
        offer('deep', identityModel('INT16', [1, 'a', 1, 'b', 1, 1, 1, 2])),
        offer('texts', identityModel('BYTES', ['rows', 'columns'])),
        offer('counts', identityModel('UINT64')),
        offer('flags', identityModel('BOOL')),
        offer('versioned', identityModel('FP32', []), { version: '9' }),
        offer('versioned', scalarModel(), { version: '10' }),
        offer('ä b/c?', scalarModel()),
        offer('npu', addSubModel('INT32', [1, 2]), { platform: 'npu' }),
      ],
      { grpc: GRPC },
    );
    const server = await serve(end, settings);
    const client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  for (const { what, request, outputs, version = '1' } of rows) {
    test(what, async () => {
      for (const { encoding, infer } of speakers) {
        const expected = { model: request.model, version, id: request.id || null, outputs };
        assert.deepEqual(await infer(request), expected, encoding);
      }
    });
  }
});
