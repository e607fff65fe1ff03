/** Labels, shares and a shadow of models with several versions, over every way to ask. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PLAIN_ROLE, type VersionRole } from '#lifecycle/traffic.js';
import { bytesOfList } from '../support/elements.js';
import { type Answered, type SaidRequest, type Speaker, speakersOf } from '../support/encodings.js';
import { claimOf, stepOf } from '../support/ensembles.js';
import { eventually } from '../support/eventually.js';
import { type GrpcClient, grpcClient, type Loose, nextOf } from '../support/grpc-client.js';
import { modelDirectory, writeModel } from '../support/onnx-models.js';
import { readApiDocument } from '../support/openapi.js';
import { scaledModel } from '../support/scaled-model.js';
import { atEnd, serve } from '../support/serve.js';
import { ensembleOffer, GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { DECAY_OPTIONS, decayed, decayModel } from '../support/stateful-models.js';
import { inferBody } from '../support/tensors.js';

const folder = modelDirectory(after);

const role = (parts: Partial<VersionRole>): { readonly role: VersionRole } => ({
  role: { ...PLAIN_ROLE, ...parts },
});
const scaled = (factor: number): string => writeModel(folder, `times-${factor}.onnx`, scaledModel(factor));

const ROW = [1, 2];
const x = { name: 'x', datatype: 'FP32', shape: [1, 2], data: bytesOfList('FP32', ROW) };

function answerOf(answered: Answered): { readonly version: string; readonly numbers: readonly number[] } {
  if ('error' in answered) assert.fail(answered.error);
  const [y] = answered.outputs;
  return { version: answered.version, numbers: [...new Float32Array(new Uint8Array(y?.data ?? []).buffer)] };
}

describe('versions of a model', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;
  let speakers: readonly Speaker[];

  const statsOf = async (model: string): Promise<readonly Loose[]> =>
    (await server.get(`/v2/models/${model}/stats`)).json.model_stats;

  before(async () => {
    const [twice, thrice] = [scaled(2), scaled(3)];
    const claims = { inputs: [claimOf('x', 'FP32', [-1, 2])], outputs: [claimOf('y', 'FP32', [-1, 2])] };
    const chain = (model: string) => [stepOf(model, { x: 'x' }, { y: 'y' })];
    const decay = offerOf({
      name: 'decay',
      path: writeModel(folder, 'decay.onnx', decayModel()),
      maxBatchSize: 4,
      sequence: DECAY_OPTIONS,
      device: 'cpu(1)*2',
    });
    server = await serve(
      end,
      settingsOf(
        [
          offerOf({ name: 'canary', path: twice, ...role({ labels: ['stable'], weight: 90 }) }),
          offerOf({
            name: 'canary',
            path: thrice,
            version: '2',
            ...role({ labels: ['next', 'blue'], weight: 10 }),
          }),
          offerOf({ name: 'watched', path: twice }),
          offerOf({ name: 'watched', path: scaled(2.5), version: '2', ...role({ shadowPercent: 100 }) }),
          offerOf({ name: 'same', path: twice }),
          offerOf({ name: 'same', path: twice, version: '2', ...role({ shadowPercent: 100 }) }),
          offerOf({ name: 'misfit', path: twice }),
          offerOf({
            name: 'misfit',
            path: writeModel(folder, 'other.onnx', scaledModel(2, 'INT32')),
            version: '2',
            ...role({ shadowPercent: 100 }),
          }),
          { ...decay, ...role({ weight: 1 }) },
          { ...decay, version: '2', ...role({ weight: 1 }) },
          ensembleOffer('through', chain('canary'), claims),
          ensembleOffer('decays', chain('decay'), claims),
          ensembleOffer('graph', chain('watched'), claims),
          ensembleOffer('graph', chain('same'), claims, { version: '2', ...role({ shadowPercent: 100 }) }),
          offerOf({ name: 'latest', path: twice, ...role({ policy: { kind: 'latest', count: 1 } }) }),
          offerOf({ name: 'latest', path: thrice, version: '2' }),
        ],
        { grpc: GRPC },
      ),
    );
    client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  const ask = (model: string, version?: string): SaidRequest => ({
    model,
    inputs: [x],
    ...(version !== undefined && { version }),
  });

  test('a label stands for its version in every encoding, and the answer says the version', async () => {
    for (const { encoding, infer } of speakers) {
      const answers = [
        await infer(ask('canary', 'stable')),
        await infer(ask('canary', 'next')),
        await infer(ask('canary', 'blue')),
        await infer(ask('canary', '2')),
      ];
      assert.deepEqual(
        answers.map(answerOf),
        [{ version: '1', numbers: [2, 4] }, ...new Array(3).fill({ version: '2', numbers: [3, 6] })],
        encoding,
      );
    }
  });

  test('a label stands for its version in every route', async () => {
    const of = async (rest: string): Promise<Loose> => {
      const { status, json, text } = await server.get(`/v2/models/canary/versions/next${rest}`);
      assert.equal(status, 200, text);
      return json;
    };
    assert.deepEqual(await of('/ready'), { name: 'canary', ready: true });
    assert.deepEqual((await of('')).versions, ['1', '2']);
    assert.equal((await of('/config')).default_model_filename, 'times-3.onnx');
    const { model_stats: stats } = await of('/stats');
    assert.deepEqual(
      stats.map((each: Loose) => each.version),
      ['2'],
    );
    const generated = await server.post('/v2/models/canary/versions/next/generate', { x: ROW });
    assert.deepEqual(generated.json, { model_name: 'canary', model_version: '2', y: [3, 6] });
    const streamed = await server.post('/v2/models/canary/versions/next/generate_stream', { x: ROW });
    assert.equal(streamed.text, 'data: {"model_name":"canary","model_version":"2","y":[3,6]}\n\n');
  });

  test('a label stands for its version in every method', async () => {
    const named = { name: 'canary', version: 'next' };
    assert.deepEqual(await client.call('ModelReady', named), { ready: true });
    assert.deepEqual((await client.call('ModelMetadata', named)).versions, ['1', '2']);
    assert.equal((await client.call('ModelConfig', named)).config.name, 'canary');
    assert.equal((await client.call('ModelStatistics', named)).model_stats[0].version, '2');
    const stream = client.stream('ModelStreamInfer');
    const next = nextOf(stream);
    const { data, ...input } = x;
    stream.write({
      model_name: 'canary',
      model_version: 'next',
      inputs: [input],
      raw_input_contents: [data],
    });
    assert.equal((await next).infer_response.model_version, '2');
    stream.end();
  });

  test('the index tells the labels', async () => {
    const { json } = await server.get('/v2/repository/index');
    assert.deepEqual(
      json.filter(({ name }: Loose) => name === 'canary'),
      [
        { name: 'canary', version: '1', state: 'READY', labels: ['stable'] },
        { name: 'canary', version: '2', state: 'READY', labels: ['next', 'blue'] },
      ],
    );
  });

  test('a version that the policy does not choose is not loaded', async () => {
    const { json } = await server.get('/v2/repository/index');
    assert.deepEqual(
      json.filter(({ name }: Loose) => name === 'latest'),
      [
        {
          name: 'latest',
          version: '1',
          state: 'UNAVAILABLE',
          reason: 'not wanted by the version policy latest(1)',
        },
        { name: 'latest', version: '2', state: 'READY' },
      ],
    );
    assert.deepEqual((await server.get('/v2/models/latest/config')).json.version_policy, {
      latest: { num_versions: 1 },
    });
    const { config } = await client.call('ModelConfig', { name: 'latest' });
    assert.deepEqual(config.version_policy.latest, { num_versions: 1 });
    const { status, json: refused } = await server.post('/v2/models/latest/versions/1/infer', inferBody());
    assert.equal(status, 503);
    assert.equal(refused.error, "model 'latest' version 1 is not at ready state: it is not loaded");
  });

  test('of 1,000 requests over either protocol, and through an ensemble, ten in a hundred go to the canary', async () => {
    const [json, , raw] = speakers as [Speaker, Speaker, Speaker, Speaker];
    for (const { encoding, infer } of [json, raw]) {
      const before = await statsOf('canary');
      const counts: Record<string, number> = { 1: 0, 2: 0 };
      for (let at = 0; at < 1000; at += 20) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => infer(ask('canary'))));
        for (const { version } of answers.map(answerOf)) counts[version] = (counts[version] ?? 0) + 1;
      }
      assert.ok(Math.abs((counts[1] ?? 0) - 900) <= 10, `${encoding}: ${JSON.stringify(counts)}`);
      const now = await statsOf('canary');
      const answered = now.map(
        ({ version, inference_stats: { success } }, i) =>
          [version, success.count - before[i].inference_stats.success.count] as const,
      );
      assert.deepEqual(Object.fromEntries(answered), counts, encoding);
    }
    const numbers: number[] = [];
    for (let at = 0; at < 100; at++) numbers.push(answerOf(await raw.infer(ask('through'))).numbers[0] ?? 0);
    const ofCanary = numbers.filter((number) => number === 3).length;
    assert.ok(Math.abs(ofCanary - 10) <= 2, `${ofCanary} of 100 through the ensemble`);
  });

  test('what is told without a version is told of the newest, however often it is asked', async () => {
    for (let i = 0; i < 20; i++) {
      assert.equal(
        (await server.get('/v2/models/canary/config')).json.default_model_filename,
        'times-3.onnx',
      );
      assert.equal(
        (await client.call('ModelConfig', { name: 'canary' })).config.default_model_filename,
        'times-3.onnx',
      );
    }
  });

  const IDS = [1, 2, 3, 'a', 'b'];
  const ROWS = Array.from({ length: 6 }, (_, at) => [at + 1, at / 4]);

  /** Runs sequences in every encoding side by side; answers the versions that answered each of them. */
  const runSequences = (model: string): Promise<readonly ReadonlySet<string>[]> => {
    const one = async ({ infer }: Speaker, id: number | string): Promise<ReadonlySet<string>> => {
      const answers: ReturnType<typeof answerOf>[] = [];
      for (const [at, row] of ROWS.entries()) {
        const parameters = {
          sequence_id: id,
          ...(at === 0 && { sequence_start: true }),
          ...(at === ROWS.length - 1 && { sequence_end: true }),
        };
        const inputs = [{ ...x, data: bytesOfList('FP32', row) }];
        answers.push(answerOf(await infer({ model, inputs, outputs: ['y'], parameters })));
      }
      assert.deepEqual(
        answers.map(({ numbers }) => numbers),
        decayed(ROWS),
      );
      return new Set(answers.map(({ version }) => version));
    };
    const idOf = (id: number | string, at: number): number | string =>
      typeof id === 'number' ? id + at * 10 : id + at;
    return Promise.all(speakers.flatMap((speaker, at) => IDS.map((id) => one(speaker, idOf(id, at)))));
  };

  test('every sequence is answered by one version, and both have some', async () => {
    const versions = await runSequences('decay');
    assert.ok(versions.every(({ size }) => size === 1));
    assert.deepEqual(new Set(versions.flatMap((each) => [...each])), new Set(['1', '2']));
  });

  test('the steps of a sequence through an ensemble stay with one version', async () => {
    const before = await statsOf('decay');
    await runSequences('decays');
    const now = await statsOf('decay');
    const asked = now.map(
      ({ inference_stats: { success } }, i) => success.count - before[i].inference_stats.success.count,
    );
    assert.ok(
      asked.every((count) => count > 0 && count % ROWS.length === 0),
      `${asked}`,
    );
  });

  /** The statistics of a model's shadow, once so many copies have come to an end. */
  const shadowOf = async (model: string, copies: number): Promise<Loose> => {
    const ended = ({ failed, unanswered, equal, different }: Loose): number =>
      failed + unanswered + equal + different;
    const stats = await eventually(
      () => statsOf(model),
      (seen) => seen[1]?.shadow_stats !== undefined && ended(seen[1].shadow_stats) >= copies,
    );
    assert.equal(stats[0].shadow_stats, undefined);
    return stats[1].shadow_stats;
  };

  test('a shadow is told apart from the version that answers, to the last element', async () => {
    for (const { infer } of speakers) {
      for (let at = 0; at < 5; at++)
        assert.deepEqual(answerOf(await infer(ask('watched'))), { version: '1', numbers: [2, 4] });
    }
    const { original, shadow, ...counts } = await shadowOf('watched', 20);
    const largest = { max_absolute_difference: 1, max_relative_difference: 0.2 };
    assert.deepEqual(counts, {
      ...{ sent: 20, failed: 0, unanswered: 0, equal: 0, different: 20, skipped: 0 },
      ...largest,
      outputs: [{ name: 'y', compared: 20, mismatched: 0, unequal_elements: 40, ...largest }],
    });
    assert.deepEqual([original.count, shadow.count], [20, 20]);
    assert.ok(original.ns > 0 && shadow.ns > 0);
    const document = await readApiDocument(server);
    for (const path of ['/v2/models/watched/stats', '/v2/repository/index'])
      document.conforms('GET', path, await server.get(path));
    const [first, second] = await statsOf('watched');
    assert.deepEqual([first.inference_stats.success.count, second.inference_stats.success.count], [20, 20]);
  });

  test('what names a version is not copied, and a shadow that is named answers', async () => {
    const before = (await statsOf('watched'))[1].shadow_stats?.sent ?? 0;
    for (const { infer } of speakers) {
      assert.deepEqual(answerOf(await infer(ask('watched', '1'))), { version: '1', numbers: [2, 4] });
      assert.deepEqual(answerOf(await infer(ask('watched', '2'))), { version: '2', numbers: [2.5, 5] });
    }
    assert.equal((await statsOf('watched'))[1].shadow_stats?.sent ?? 0, before);
  });

  test('large answers, whose memory is given away, are compared as they were', async () => {
    const rows = 20_000;
    const data = new Uint8Array(Float32Array.from({ length: rows * 2 }, (_, at) => at).buffer);
    const [, binary, raw] = speakers as [Speaker, Speaker, Speaker, Speaker];
    for (const { infer } of [binary, raw]) {
      for (let at = 0; at < 5; at++) {
        const { numbers } = answerOf(
          await infer({ model: 'same', inputs: [{ ...x, shape: [rows, 2], data }] }),
        );
        assert.deepEqual([numbers.length, numbers[7]], [rows * 2, 14]);
      }
    }
    const { sent, equal, outputs, last_failure } = await shadowOf('same', 10);
    assert.deepEqual([sent, equal, last_failure], [10, 10, undefined]);
    assert.equal(outputs[0].compared, 10);
  });

  test('requests that the shadow does not take are answered all the same', async () => {
    for (const { infer } of speakers)
      assert.deepEqual(answerOf(await infer(ask('misfit'))), { version: '1', numbers: [2, 4] });
    const { sent, failed, last_failure } = await shadowOf('misfit', 4);
    assert.deepEqual(
      [sent, failed, last_failure],
      [4, 4, "its input 'x' is INT32, and that of the request FP32"],
    );
  });

  test('an ensemble can be the shadow of another', async () => {
    for (const { infer } of speakers)
      assert.deepEqual(answerOf(await infer(ask('graph'))), { version: '1', numbers: [2, 4] });
    const { sent, equal } = await shadowOf('graph', 4);
    assert.deepEqual([sent, equal], [4, 4]);
  });
});
