/**
 * Every datatype through an identity model, bit for bit, in every encoding.
 *
 * What cannot be shown: BF16 without elements, since ONNX Runtime for Node passes no BF16 and LiteRT no empty tensors;
 * BYTES that are not UTF-8 or have a NUL, since ONNX Runtime for Node passes neither (it refuses them, see faults.test.ts)
 * and LiteRT no strings; NaNs other than the usual one in JSON and in typed contents, where a NaN is a word or a number of
 * JavaScript. Typed contents have no field for FP16 and BF16, and are shown up to 10,240 elements: five megabytes of them
 * take gRPC's own client for Node ten seconds.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DATATYPE_BYTES, DATATYPES, type DataType } from '#tensor/datatype.js';
import { extremes } from '../contract/extremes.js';
import { postBytes } from '../support/binary.js';
import { bytesOfJson, jsonOf } from '../support/elements.js';
import { ENCODINGS, type Encoding, type Speaker, speakersOf } from '../support/encodings.js';
import { grpcClient } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { randomElements } from '../support/random-elements.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { modelFolder, reshape } from '../support/tflite-models.js';
import { TENSOR_TYPE } from '../support/tflite-writer.js';

const MIB = 1024 * 1024;
const folder = modelDirectory(after);
const saveTflite = modelFolder();

/** How many elements are five megabytes; of BYTES, about. */
const LARGE: Readonly<Record<DataType, number>> = Object.fromEntries(
  DATATYPES.map((type) => [type, (5 * MIB) / (DATATYPE_BYTES[type] || 16)]),
) as Record<DataType, number>;

/** As many elements as the tests make words or numbers of; five megabytes of JSON repeat them. */
const TILE = 10_240;

function countsOf(type: DataType, encoding: Encoding): readonly number[] {
  const counts = [1, 3, carriesBits(encoding) ? LARGE[type] : TILE];
  return type === 'BF16' ? counts : [0, ...counts];
}

/** Whether the encoding carries every NaN as it is. */
function carriesBits(encoding: Encoding): boolean {
  return encoding === 'REST binary' || encoding === 'gRPC raw';
}

/** Extremes first, so that the small tensors have some; then anything at all. */
function elementsOf(type: DataType, count: number, encoding: Encoding): Uint8Array {
  const known = carriesBits(encoding) ? 8 : 4;
  const parts = [extremes(type, Math.min(count, known))];
  if (count > known) parts.push(randomElements(type, count - known, carriesBits(encoding)));
  return new Uint8Array(Buffer.concat(parts));
}

describe('every datatype comes back bit for bit', () => {
  const end = atEnd(after);
  let server: TestServer;
  let speakers: readonly Speaker[];

  before(async () => {
    const onnx = DATATYPES.filter((type) => type !== 'BF16').map((type) =>
      offerOf({ name: type, path: writeModel(folder, `${type}.onnx`, identityModel(type)) }),
    );
    const tflite = [1, 3, TILE, LARGE.BF16].map((count) => {
      const path = saveTflite(`BF16-${count}`, reshape(TENSOR_TYPE.BFLOAT16, [count], [count]));
      return offerOf({ name: `BF16-${count}`, path });
    });
    const settings = settingsOf([...onnx, ...tflite], {
      grpc: GRPC,
    });
    const rest = { ...settings.rest, maxBodyBytes: 64 * MIB };
    server = await serve(end, { ...settings, rest });
    const client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  for (const type of DATATYPES) {
    for (const encoding of ENCODINGS) {
      if (encoding === 'gRPC typed' && (type === 'FP16' || type === 'BF16')) continue;

      const counts = countsOf(type, encoding);
      test(`${type} in ${encoding}: ${counts.join(', ')} elements`, async () => {
        const speaker = speakers.find((each) => each.encoding === encoding) as Speaker;
        for (const count of counts) {
          const { model, input, output } = identityOf(type, count);
          const data = elementsOf(type, count, encoding);
          const inputs = [{ name: input, datatype: type, shape: [count], data }];
          const answer = await speaker.infer({ model, inputs });
          if (!('outputs' in answer)) assert.fail(answer.error);
          const [found] = answer.outputs;
          assert.deepEqual([found?.name, found?.datatype, found?.shape], [output, type, [count]]);
          assert.equal(Buffer.compare(found?.data ?? Buffer.alloc(0), data), 0, `${count} elements`);
        }
      });
    }

    test(`${type} in REST JSON: ${LARGE[type]} elements`, async () => {
      const { model, input } = identityOf(type, LARGE[type]);
      const data = elementsOf(type, TILE, 'REST JSON');
      const times = LARGE[type] / TILE;
      const list = Array(times).fill(jsonOf(type, data).slice(1, -1)).join();
      const head = `"name":"${input}","datatype":"${type}","shape":[${LARGE[type]}]`;
      const body = `{"inputs":[{${head},"data":[${list}]}],"parameters":{"fp16_json":true,"nan_tokens":true}}`;
      const reply = await postBytes(server.port, `/v2/models/${model}/infer`, Buffer.from(body));
      const text = reply.body.toString();
      assert.equal(reply.status, 200, text.slice(0, 500));
      const from = text.indexOf('"data":[') + 8;
      const tile = text.slice(from, from + (text.length - 4 - from - (times - 1)) / times);
      const elements = type === 'BYTES' ? JSON.parse(`[${tile}]`) : tile;
      assert.equal(Buffer.compare(bytesOfJson(type, elements), data), 0);
      assert.ok(text.endsWith(`"data":[${Array(times).fill(tile).join()}]}]}`));
    });
  }
});

/** The model that gives a tensor back: BF16 has one for each size. */
function identityOf(
  type: DataType,
  count: number,
): { readonly model: string; readonly input: string; readonly output: string } {
  if (type === 'BF16') return { model: `BF16-${count}`, input: 'x', output: 'y' };
  return { model: type, input: 'input', output: 'output' };
}
