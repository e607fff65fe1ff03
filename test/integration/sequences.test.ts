import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bytesOfList } from '../support/elements.js';
import {
  type Answered,
  type SaidParameters,
  type SaidRequest,
  type Speaker,
  speakersOf,
} from '../support/encodings.js';
import { type GrpcClient, grpcClient, type Loose, parameterOf } from '../support/grpc-client.js';
import { modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import {
  DECAY_OPTIONS,
  decayed,
  decayModel,
  growingModel,
  growingOptions,
} from '../support/stateful-models.js';

const folder = modelDirectory(after);

type Id = number | string;

/** Requests of one sequence, the first and the last marked as such. */
function parametersOf(id: Id, at: number, length: number): SaidParameters {
  return {
    sequence_id: id,
    ...(at === 0 && { sequence_start: true }),
    ...(at === length - 1 && { sequence_end: true }),
  };
}

const LENGTH = 12;

/** Rows that 32 bits cannot all say exactly once they are decayed, other ones for each sequence. */
function rowsOf(seed: number): readonly (readonly number[])[] {
  return Array.from({ length: LENGTH }, (_, at) => [
    Math.fround(Math.sin(seed * 100 + at)),
    Math.fround(seed + at / 3),
  ]);
}

function decayRequest(row: readonly number[], parameters: SaidParameters): SaidRequest {
  const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: bytesOfList('FP32', row) };
  return { model: 'decay', inputs: [x], outputs: ['y'], parameters };
}

const numbersOf = (data: Uint8Array): readonly number[] => [...new Float32Array(new Uint8Array(data).buffer)];

function outputOf(answered: Answered, name: string): Uint8Array {
  if ('error' in answered) assert.fail(answered.error);
  const output = answered.outputs.find((each) => each.name === name);
  assert.ok(output, `no output ${name}`);
  return output.data;
}

describe('sequences', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;
  let speakers: readonly Speaker[];

  before(async () => {
    writeFileSync(join(folder, 'past.bin'), new Uint8Array(Int32Array.of(7, -8).buffer));
    const decayPath = writeModel(folder, 'decay.onnx', decayModel());
    const growingPath = writeModel(folder, 'growing.onnx', growingModel());
    const decay = offerOf({ name: 'decay', path: decayPath, maxBatchSize: 4, sequence: DECAY_OPTIONS });
    const wrong = {
      ...DECAY_OPTIONS,
      states: DECAY_OPTIONS.states.map((state) => ({ ...state, dims: [3] })),
    };
    server = await serve(
      end,
      settingsOf(
        [
          { ...decay, device: 'cpu(1)*2' },
          { ...decay, name: 'wrong', sequence: wrong },
          offerOf({
            name: 'growing',
            path: growingPath,
            sequence: growingOptions([2], join(folder, 'past.bin')),
          }),
          offerOf({ name: 'empty', path: growingPath, sequence: growingOptions([0], null) }),
          offerOf({ name: 'lost', path: growingPath, sequence: growingOptions([2], '/nonexistent/past') }),
        ],
        { grpc: GRPC },
      ),
    );
    client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  test('sequences in all encodings, side by side, are what the recurrence makes of each', async () => {
    const one = async ({ encoding, infer }: Speaker, id: Id, seed: number): Promise<void> => {
      const rows = rowsOf(seed);
      const found: (readonly number[])[] = [];
      for (const [at, row] of rows.entries()) {
        found.push(numbersOf(outputOf(await infer(decayRequest(row, parametersOf(id, at, LENGTH))), 'y')));
      }
      assert.deepEqual(found, decayed(rows), `${encoding}, sequence ${id}`);
    };
    // Twice as many as there are slots, with the same ids as numbers and as texts.
    const ids: readonly Id[] = [1, '1', 2, 'two'];
    await Promise.all(
      speakers.flatMap((speaker, i) =>
        ids.map((id, j) => one(speaker, typeof id === 'number' ? id + i * 10 : `${id}-${i}`, i * 10 + j)),
      ),
    );
  });

  test('sequences that are interleaved in one gRPC stream are answered in the order of their requests', async () => {
    const ids = [1001, 1002, 1003];
    const rows = ids.map(rowsOf);
    const requests = Array.from({ length: LENGTH }, (_, at) =>
      ids.map((id, i) => {
        const row = rows[i]?.[at] as readonly number[];
        const parameters = Object.entries(parametersOf(id, at, LENGTH));
        return {
          model_name: 'decay',
          id: `${id}/${at}`,
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2] }],
          outputs: [{ name: 'y' }],
          parameters: Object.fromEntries(
            parameters.map(([key, value]) => [key, parameterOf(value as number)]),
          ),
          raw_input_contents: [bytesOfList('FP32', row)],
        };
      }),
    ).flat();
    const stream = client.stream('ModelStreamInfer');
    const answers: Loose[] = [];
    const ended = new Promise((resolve, reject) => {
      stream.on('data', (message: Loose) => answers.push(message));
      stream.on('end', resolve);
      stream.on('error', reject);
    });
    // All at once: none waits for the answer to the one before.
    for (const request of requests) stream.write(request);
    stream.end();
    await ended;
    assert.deepEqual(
      answers.map(({ infer_response: answer }) => answer.id),
      requests.map(({ id }) => id),
    );
    for (const [i, id] of ids.entries()) {
      const found = answers
        .map(({ infer_response: answer }) => answer)
        .filter((answer) => answer.id.startsWith(`${id}/`))
        .map((answer) => numbersOf(answer.raw_output_contents[0]));
      assert.deepEqual(found, decayed(rows[i] as readonly (readonly number[])[]), `sequence ${id}`);
    }
  });

  test('the model is told where in which sequence a request is', async () => {
    for (const [i, { encoding, infer }] of speakers.entries()) {
      const told: unknown[] = [];
      for (const at of [0, 1, 2]) {
        const answered = await infer({
          ...decayRequest([1, 2], parametersOf(`é${i}`, at, 3)),
          outputs: ['told', 'who'],
        });
        const who = new TextDecoder().decode(outputOf(answered, 'who').subarray(4));
        told.push([...numbersOf(outputOf(answered, 'told')), who]);
      }
      const id = `é${i}`;
      const expected = [
        [1, 0, 1, id],
        [0, 0, 1, id],
        [0, 1, 1, id],
      ];
      assert.deepEqual(told, expected, encoding);
    }
  });

  test('clients are not asked for controls and states, and get none', async () => {
    const { inputs, outputs } = (await server.get('/v2/models/decay')).json;
    const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
    assert.deepEqual([names(inputs), names(outputs)], [['x'], ['y', 'told', 'who']]);
    const metadata = await client.call('ModelMetadata', { name: 'decay' });
    assert.deepEqual([names(metadata.inputs), names(metadata.outputs)], [['x'], ['y', 'told', 'who']]);
    const request = decayRequest([1, 2], parametersOf('all', 0, 1));
    const answered = await (speakers[0] as Speaker).infer({
      model: request.model,
      inputs: request.inputs,
      ...(request.parameters && { parameters: request.parameters }),
    });
    assert.ok('outputs' in answered);
    assert.deepEqual(names(answered.outputs), ['y', 'told', 'who']);
  });

  test('a state that grows, from what a file holds or from nothing', async () => {
    const ask = async (model: string, x: readonly number[], parameters: object): Promise<unknown> => {
      const inputs = [{ name: 'x', datatype: 'INT32', shape: [1, x.length], data: x }];
      const { text, json } = await server.post(`/v2/models/${model}/infer`, { inputs, parameters });
      return json?.outputs?.[0].data ?? text;
    };
    const first = { sequence_id: 5, sequence_start: true };
    const next = { sequence_id: 5 };
    assert.deepEqual(await ask('growing', [1], first), [7, -8, 1]);
    assert.deepEqual(await ask('empty', [4, 5], first), [4, 5]);
    assert.deepEqual(await ask('growing', [2, 3], next), [7, -8, 1, 2, 3]);
    assert.deepEqual(await ask('empty', [6], next), [4, 5, 6]);
    assert.deepEqual(await ask('growing', [9], first), [7, -8, 9]);
  });

  test('plain JSON says sequences as well', async () => {
    const ask = async (parameters: object): Promise<unknown> =>
      (await server.post('/v2/models/decay/generate', { x: [1, 2], sequence_id: 'plain', ...parameters }))
        .json;
    await ask({ sequence_start: true });
    const answer = (await ask({ sequence_end: true })) as { readonly y: readonly number[] };
    const rows = [
      [1, 2],
      [1, 2],
    ];
    assert.deepEqual(answer.y.map(Math.fround), decayed(rows)[1]);
    assert.match(
      ((await ask({})) as { readonly error: string }).error,
      /^inference request for sequence plain to model 'decay' must specify the START flag/,
    );
  });

  test('no sequence outlives its model', async () => {
    const infer = (parameters: object): ReturnType<TestServer['post']> =>
      server.post('/v2/models/empty/infer', {
        inputs: [{ name: 'x', datatype: 'INT32', shape: [1, 1], data: [1] }],
        parameters: { sequence_id: 9, ...parameters },
      });
    assert.equal((await infer({ sequence_start: true })).status, 200);
    assert.equal((await infer({})).status, 200);
    await server.post('/v2/repository/models/empty/unload', {});
    assert.equal((await server.post('/v2/repository/models/empty/load', {})).status, 200);
    const { status, json } = await infer({});
    assert.deepEqual(
      [status, json.error],
      [
        400,
        "inference request for sequence 9 to model 'empty' must specify the START flag on the first request of the sequence",
      ],
    );
  });

  test('options that do not fit the model keep it from being loaded, and say where they are wrong', async () => {
    const index = (await server.post('/v2/repository/index', {})).json;
    const reasonOf = (model: string): string =>
      index.find(({ name }: { readonly name: string }) => name === model).reason;
    assert.equal(
      reasonOf('wrong'),
      "sequence_batching.state[0]: the shape of input 'h' is [-1,2] in the model file with the batch on axis 0, and dims [3] do not fit it",
    );
    assert.match(
      reasonOf('lost'),
      /^sequence_batching\.state\[0\]\.initial_state: '\/nonexistent\/past' cannot be read: ENOENT/,
    );
  });
});
