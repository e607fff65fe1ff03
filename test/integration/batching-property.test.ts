/**
 * Random requests to real engines, many at once and over both protocols: each is answered once and with the bits that it gets
 * when it is run alone, however requests were put together or cut into parts.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import { binaryBody } from '../support/binary.js';
import { type Answered, type SaidRequest, type Speaker, speakersOf } from '../support/encodings.js';
import { grpcClient } from '../support/grpc-client.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  modelDirectory,
  tensorInfo,
  writeModel,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { oneOf, type Random, randomOf } from '../support/random.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const SEED = 20_260_101;
const REQUESTS = 150;
/** How many are under way at a time. */
const BURST = 50;
const MAX_BATCH_SIZE = 8;
/**
 * A product of matrices may add up in another order when it has more rows. ONNX Runtime 1.30 does not on x64: up to 700 terms, on
 * one thread and on two, no answer was seen to differ by a single bit. Other processors have other kernels.
 */
const MLP_ULPS = 4;

/** A model, and how its requests look. */
interface Kind {
  readonly name: string;
  readonly model: Uint8Array;
  readonly datatype: DataType;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The axis behind the rows: so long, or at most so long where it varies. */
  readonly width: number;
  readonly isVariable: boolean;
  /** How far an answer may be from that to the request alone. */
  readonly ulps: number;
}

const pair = { inputs: ['INPUT0', 'INPUT1'], outputs: ['OUTPUT0', 'OUTPUT1'], ulps: 0 };
const single = { inputs: ['input'], outputs: ['output'], ulps: 0 };

const KINDS: readonly Kind[] = [
  {
    name: 'identity of floats',
    model: identityModel('FP32', ['batch', 'length']),
    datatype: 'FP32',
    ...single,
    width: 2,
    isVariable: true,
  },
  {
    name: 'identity of texts',
    model: identityModel('BYTES', ['batch', 2]),
    datatype: 'BYTES',
    ...single,
    width: 2,
    isVariable: false,
  },
  {
    name: 'sums of integers',
    model: addSubModel('INT32'),
    datatype: 'INT32',
    ...pair,
    width: 16,
    isVariable: false,
  },
  {
    name: 'sums of floats',
    model: addSubModel('FP32', ['batch', 'length']),
    datatype: 'FP32',
    ...pair,
    width: 3,
    isVariable: true,
  },
  {
    name: 'layers of products',
    model: layers(randomOf(SEED)),
    datatype: 'FP32',
    inputs: ['x'],
    outputs: ['hidden', 'y'],
    width: 256,
    isVariable: false,
    ulps: MLP_ULPS,
  },
];

/** `hidden` = max(`x` A, 0) and `y` = `hidden` B, with random weights: 256 to 128 to 10. */
function layers(random: Random): Uint8Array {
  const weights = (name: string, rows: number, columns: number) => {
    const values = Float32Array.from({ length: rows * columns }, () => random(2001) / 1000 - 1);
    return { name, type: 'FLOAT' as const, shape: [rows, columns], raw: bytesOf(values) };
  };
  return encodeModel({
    graph: {
      nodes: [
        { op: 'MatMul', inputs: ['x', 'A'], outputs: ['product'] },
        { op: 'Relu', inputs: ['product'], outputs: ['hidden'] },
        { op: 'MatMul', inputs: ['hidden', 'B'], outputs: ['y'] },
      ],
      initializers: [weights('A', 256, 128), weights('B', 128, 10)],
      inputs: [tensorInfo('x', 'FP32', ['batch', 256])],
      outputs: [tensorInfo('hidden', 'FP32', ['batch', 128]), tensorInfo('y', 'FP32', ['batch', 10])],
    },
  });
}

function elements(random: Random, { datatype }: Kind, count: number): Uint8Array {
  if (datatype === 'FP32')
    return bytesOf(Float32Array.from({ length: count }, () => random(2_000_001) / 1e6 - 1));
  if (datatype === 'INT32') return bytesOf(Int32Array.from({ length: count }, () => random(2 ** 32)));
  const texts = Array.from({ length: count }, () => {
    const bytes = Uint8Array.from({ length: 4 + random(20) }, () => 97 + random(26));
    new DataView(bytes.buffer).setUint32(0, bytes.length - 4, true);
    return bytes;
  });
  return new Uint8Array(Buffer.concat(texts));
}

/** What a request asks, without which model: the one that makes batches or the one that does not. */
function requestOf(random: Random, kind: Kind): Omit<SaidRequest, 'model'> {
  const rows = random(8) === 0 ? 1 + random(3 * MAX_BATCH_SIZE) : 1 + random(3);
  const width = kind.isVariable ? 1 + random(kind.width) : kind.width;
  const asked = random(3) === 0 ? [oneOf(random, kind.outputs)] : [...kind.outputs].sort(() => random(3) - 1);
  return {
    inputs: kind.inputs.map((name) => ({
      name,
      datatype: kind.datatype,
      shape: [rows, width],
      data: elements(random, kind, rows * width),
    })),
    outputs: asked,
    parameters: { priority: random(4) },
  };
}

/** The most floats that lie between one and the other. */
function ulpsBetween(one: Uint8Array, other: Uint8Array): number {
  const [a, b] = [places(one), places(other)];
  return a.reduce((most, place, i) => Math.max(most, Math.abs(place - (b[i] ?? Number.NaN))), 0);
}

/** Where each float stands in the order of all floats: -0 and 0 are the same. */
function places(bytes: Uint8Array): readonly number[] {
  const bits = new Int32Array(new Uint8Array(bytes).buffer);
  return Array.from(bits, (each) => (each < 0 ? -(each & 0x7fff_ffff) : each));
}

describe('requests that are put together by a running server', () => {
  const folder = modelDirectory(after);
  const end = atEnd(after);
  let server: TestServer;
  let speakers: readonly Speaker[];

  before(async () => {
    const offers = KINDS.flatMap(({ name, model }) => {
      const offer = offerOf({ name, path: writeModel(folder, `${name}.onnx`, model), device: 'cpu(1)*2' });
      const queue = { ...offer.queue, priorityLevels: 3, defaultPriority: 2 };
      const alone = { ...offer, name: `${name} alone`, batching: { ...offer.batching, isOn: false } };
      const batching = { ...offer.batching, maxDelayMs: 2 };
      return [{ ...offer, queue, batching, maxBatchSize: MAX_BATCH_SIZE }, alone];
    });
    server = await serve(end, settingsOf(offers, { grpc: GRPC, maxQueueSize: 1000 }));
    const client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client).filter(
      ({ encoding }) => encoding === 'REST binary' || encoding === 'gRPC raw',
    );
  });

  /** Sends a request and goes away before it is answered, or so. */
  async function leave(said: SaidRequest): Promise<void> {
    const inputs = said.inputs.map(({ data, ...head }) => ({
      ...head,
      parameters: { binary_data_size: data?.length },
    }));
    const { body, jsonBytes } = binaryBody({ inputs }, ...said.inputs.flatMap(({ data }) => data ?? []));
    const leaver = new AbortController();
    const answer = fetch(
      `http://127.0.0.1:${server.port}/v2/models/${encodeURIComponent(said.model)}/infer`,
      {
        method: 'POST',
        headers: { 'inference-header-content-length': String(jsonBytes) },
        body,
        signal: leaver.signal,
      },
    ).then(
      (response) => response.arrayBuffer(),
      () => null,
    );
    setImmediate(() => leaver.abort());
    await answer.catch(() => null);
  }

  function check(answer: Answered, alone: Answered, kind: Kind): number {
    assert.ok('outputs' in alone, JSON.stringify(alone));
    assert.ok('outputs' in answer, JSON.stringify(answer));
    const headsOf = ({ outputs }: typeof answer): readonly object[] =>
      outputs.map(({ data: _, ...head }) => head);
    assert.deepEqual(headsOf(answer), headsOf(alone));
    let most = 0;
    for (const [i, { data, name }] of answer.outputs.entries()) {
      const expected: Uint8Array = alone.outputs[i]?.data ?? new Uint8Array();
      if (kind.ulps === 0) assert.deepEqual(data, expected, `the bits of '${name}'`);
      else most = Math.max(most, ulpsBetween(data, expected));
    }
    assert.ok(most <= kind.ulps, `${most} units in the last place`);
    return most;
  }

  for (const [at, kind] of KINDS.entries()) {
    test(`${kind.name}: as alone (seed ${SEED + at})`, async (t) => {
      const random = randomOf(SEED + at);
      const said = Array.from({ length: REQUESTS }, () => requestOf(random, kind));
      const [speaker] = speakers as [Speaker];
      const alone: Answered[] = [];
      for (const each of said) {
        const { priority: _, ...parameters } = each.parameters ?? {};
        alone.push(await speaker.infer({ ...each, parameters, model: `${kind.name} alone` }));
      }
      let most = 0;
      let late = 0;
      for (let from = 0; from < REQUESTS; from += BURST) {
        const burst = said.slice(from, from + BURST).map(async (each, i) => {
          const request = { ...each, model: kind.name };
          if (random(10) === 0) void leave(request);
          const isHurried = random(10) === 0;
          const parameters = { ...each.parameters, ...(isHurried ? { timeout: 1 + random(5000) } : {}) };
          const answer = await oneOf(random, speakers).infer({ ...request, parameters });
          if (isHurried && 'error' in answer) {
            // Deadline exceeded, or refused as that was foreseen.
            assert.ok([504, 503, 4, 14].includes(answer.status), answer.error);
            late++;
          } else {
            most = Math.max(most, check(answer, alone[from + i] as Answered, kind));
          }
        });
        await Promise.all(burst);
      }
      const { json } = await server.get(`/v2/models/${encodeURIComponent(kind.name)}/stats`);
      const [{ inference_stats: done, execution_count: runs, batch_stats: batches }] = json.model_stats;
      t.diagnostic(
        `${done.success.count} requests in ${runs} runs, ${late} late; at most ${most} units in the last place off`,
      );
      assert.ok(done.success.count + done.fail.count >= REQUESTS);
      assert.ok(runs < done.success.count, `${runs} runs for ${done.success.count} requests`);
      for (const { batch_size: rows } of batches) assert.ok(rows <= MAX_BATCH_SIZE, `a run of ${rows} rows`);
    });
  }
});
