/** Loads that bring a configuration, or files, of their own. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { DEFAULT_CONTROL } from '#control/options.js';
import { eventually } from '../support/eventually.js';
import { FolderTree } from '../support/folder-tree.js';
import { grpcClient } from '../support/grpc-client.js';
import {
  addSubModel,
  identityModel,
  matMulModel,
  modelDirectory,
  writeModel,
} from '../support/onnx-models.js';
import { indexOf } from '../support/repository.js';
import { serve } from '../support/serve.js';
import {
  GRPC,
  offerOf,
  type Reply,
  settingsOf,
  startTestServer,
  type TestServer,
} from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const listed = writeModel(folder, 'listed.onnx', addSubModel());

/** What clients bring is kept in the folder for temporary files: here one that nobody else uses. */
const temporary = join(folder, 'temporary');
mkdirSync(temporary);
process.env['TMPDIR'] = temporary;

type Parameters = Readonly<Record<string, string | boolean | Uint8Array>>;

interface Outcome {
  readonly isOk: boolean;
  /** The status of HTTP or gRPC. */
  readonly status: number;
  readonly sentence: string;
}

/** A load as one of the protocols has it. */
interface Way {
  readonly name: string;
  load(server: TestServer, model: string, parameters?: Parameters): Promise<Outcome>;
  /** What INVALID_ARGUMENT, NOT_FOUND, UNIMPLEMENTED and UNAVAILABLE are there. */
  readonly invalid: number;
  readonly unknown: number;
  readonly disabled: number;
  readonly unavailable: number;
}

const rest: Way = {
  name: 'REST',
  async load(server, model, parameters = {}) {
    const written = Object.entries(parameters).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ]);
    const path = `/v2/repository/models/${encodeURIComponent(model)}/load`;
    const { status, json } = await server.post(path, { parameters: Object.fromEntries(written) });
    return { isOk: status === 200, status, sentence: json?.error ?? '' };
  },
  invalid: 400,
  unknown: 404,
  disabled: 501,
  unavailable: 503,
};

const grpc: Way = {
  name: 'gRPC',
  async load(server, model, parameters = {}) {
    const client = grpcClient(server.grpcPort);
    const written = Object.entries(parameters).map(([name, value]) => [name, grpcValue(value)]);
    try {
      const request = { model_name: model, parameters: Object.fromEntries(written) };
      return await client.call('RepositoryModelLoad', request).then(
        () => ({ isOk: true, status: 0, sentence: '' }),
        ({ code, details }) => ({ isOk: false, status: code, sentence: details }),
      );
    } finally {
      client.close();
    }
  },
  invalid: 3,
  unknown: 5,
  disabled: 12,
  unavailable: 14,
};

function grpcValue(value: string | boolean | Uint8Array): object {
  if (typeof value === 'string') return { string_param: value };
  return typeof value === 'boolean' ? { bool_param: value } : { bytes_param: value };
}

const ways: readonly Way[] = [rest, grpc];

/** A list with `listed`, versions 1 and 2, and a repository with `found`. */
function settings(t: TestContext, parts: Partial<Settings> = {}): Settings {
  const tree = new FolderTree(t);
  tree.write('found/1/model.onnx', addSubModel());
  tree.write('found/config.pbtxt', 'max_batch_size: 4');
  const models = ['1', '2'].map((version) => offerOf({ name: 'listed', path: listed, version }));
  return settingsOf(models, { grpc: GRPC, repositories: [tree.root], allowModelUpload: true, ...parts });
}

const open = (t: TestContext, parts: Partial<Settings> = {}): Promise<TestServer> =>
  serve((end) => t.after(end), settings(t, parts));

const unload = (server: TestServer, name: string): Promise<Reply> =>
  server.post(`/v2/repository/models/${name}/unload`, '');

const configOf = async (server: TestServer, path: string): Promise<Reply['json']> =>
  (await server.get(`/v2/models/${path}/config`)).json;

const uploads = (): readonly string[] =>
  readdirSync(temporary).filter((name) => name.startsWith('furiosa-server-upload-'));

const untilUploads = (count: number): Promise<unknown> =>
  eventually(
    async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return uploads();
    },
    (seen) => seen.length === count,
    1e5,
  );

const sixteen = (value: number): readonly number[] => Array.from({ length: 16 }, () => value);
const addSub = inferBody(
  tensor('INPUT0', 'INT32', [1, 16], sixteen(3)),
  tensor('INPUT1', 'INT32', [1, 16], sixteen(2)),
);

async function assertAddSub(server: TestServer, path: string): Promise<void> {
  const reply = await server.post(`/v2/models/${path}/infer`, addSub);
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, sixteen(5)], reply.text);
}

const CONFIG = JSON.stringify({
  max_batch_size: 16,
  dynamic_batching: { max_queue_delay_microseconds: 700, preferred_batch_size: [8] },
  instance_group: [{ kind: 'KIND_CPU', count: 2 }],
});

const identityOf = (datatype: 'UINT8' | 'INT32'): Uint8Array => identityModel(datatype, ['n']);
const ECHO = { config: '{"max_batch_size":0}', 'file:1/model.onnx': identityOf('UINT8') };

async function assertEchoes(server: TestServer, model: string, datatype = 'UINT8'): Promise<void> {
  const reply = await server.post(
    `/v2/models/${model}/infer`,
    inferBody(tensor('input', datatype, [3], [1, 2, 3])),
  );
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [1, 2, 3]], reply.text);
}

for (const way of ways) {
  for (const name of ['found', 'listed']) {
    test(`${way.name}: '${name}' is served with the configuration of the load, until the next one`, async (t) => {
      const server = await open(t);
      const before = await configOf(server, name);
      assert.deepEqual(await way.load(server, name, { config: CONFIG }), {
        isOk: true,
        status: way === rest ? 200 : 0,
        sentence: '',
      });
      const { max_batch_size, dynamic_batching, instance_group } = await configOf(server, name);
      assert.deepEqual(
        [
          max_batch_size,
          dynamic_batching.max_queue_delay_microseconds,
          dynamic_batching.preferred_batch_size,
          instance_group[0].count,
        ],
        [16, 700, [8], 2],
      );
      await assertAddSub(server, name);
      assert.ok((await way.load(server, name)).isOk);
      assert.deepEqual(await configOf(server, name), before);
      assert.deepEqual(uploads(), []);
    });
  }

  test(`${way.name}: a configuration that cannot be used is told with its place, and what was loaded serves`, async (t) => {
    const server = await open(t);
    const bad: [config: string, sentence: RegExp][] = [
      ['{"max_batch_size": 1', /^parameters\.config:1:\d+: not valid JSON: /],
      ['{\n  "max_batch_sice": 1\n}', /^parameters\.config:2:3: .*max_batch_sice/],
      ['{"max_batch_size": "many"}', /^parameters\.config:1:20: max_batch_size/],
      ['{"name": "other"}', /^parameters\.config:1:\d+: name: the name is "other"/],
      ['[]', /^parameters\.config/],
      ['', /^parameters\.config/],
      [
        '{"output": [{"name": "OUTPUT0", "data_type": "TYPE_INT32", "dims": [-1, 16], "label_filename": "../../listed.onnx"}]}',
        /listed\.onnx/,
      ],
      ['{"max_batch_size":0,"instance_group":[{"kind":"KIND_CPU","count":-1}]}', /instance_group/],
    ];
    for (const name of ['found', 'listed']) {
      const before = await configOf(server, name);
      for (const [config, sentence] of bad) {
        const outcome = await way.load(server, name, { config });
        assert.equal(outcome.status, way.invalid, `${config}: ${outcome.sentence}`);
        assert.match(outcome.sentence, sentence);
      }
      // Sound in itself, and not of this file.
      const misfit = '{"input":[{"name":"INPUT0","data_type":"TYPE_FP64","dims":[16]}],"max_batch_size":8}';
      const outcome = await way.load(server, name, { config: misfit });
      assert.equal(outcome.status, way.invalid, outcome.sentence);
      assert.match(outcome.sentence, new RegExp(`^load failed for model '${name}': version \\d is at`));
      assert.deepEqual(await configOf(server, name), before);
      await assertAddSub(server, name);
      assert.ok((await way.load(server, name)).isOk);
    }
    assert.ok(
      (await indexOf(server)).every(({ state, reason }) => state === 'READY' && reason === undefined),
    );
  });

  test(`${way.name}: a model that no source has is brought, replaced and taken away`, async (t) => {
    const server = await open(t);
    assert.ok((await way.load(server, 'new', ECHO)).isOk);
    await assertEchoes(server, 'new');
    const [first = ''] = uploads();
    assert.equal(statSync(join(temporary, first)).mode & 0o777, 0o700);

    const second = { ...ECHO, 'file:1/model.onnx': identityOf('INT32'), 'file:3/model.onnx': matMulModel() };
    const config = '{"max_batch_size":0,"version_policy":{"all":{}}}';
    assert.ok((await way.load(server, 'new', { ...second, config })).isOk);
    await assertEchoes(server, 'new/versions/1', 'INT32');
    assert.deepEqual((await server.get('/v2/models/new')).json.versions, ['1', '3']);
    await untilUploads(1);
    assert.notDeepEqual(uploads(), [first]);

    assert.equal((await unload(server, 'new')).status, 200);
    await untilUploads(0);
    assert.ok((await indexOf(server)).every((line) => line.name !== 'new'));
    const gone = await way.load(server, 'new');
    assert.equal(gone.status, way.unknown);
    assert.match(gone.sentence, /^failed to load 'new', failed to poll from model repository/);
    assert.ok((await way.load(server, 'new', ECHO)).isOk, 'it can be brought again');
  });

  test(`${way.name}: files hide those of the source until a load without any`, async (t) => {
    const server = await open(t);
    for (const name of ['found', 'listed']) {
      const brought = { ...ECHO, 'file:7/model.onnx': identityOf('UINT8') };
      const { 'file:1/model.onnx': _, ...only } = brought;
      assert.ok((await way.load(server, name, only)).isOk);
      await assertEchoes(server, name);
      assert.deepEqual((await server.get(`/v2/models/${name}`)).json.versions, ['7']);
      assert.ok((await way.load(server, name)).isOk);
      await assertAddSub(server, name);
      await untilUploads(0);

      assert.ok((await way.load(server, name, only)).isOk);
      assert.equal((await unload(server, name)).status, 200);
      await untilUploads(0);
      assert.ok((await way.load(server, name)).isOk);
      await assertAddSub(server, name);
    }
  });

  test(`${way.name}: files that cannot be loaded leave nothing behind, and what was loaded serves`, async (t) => {
    const server = await open(t);
    assert.ok((await way.load(server, 'new', ECHO)).isOk);
    const kept = uploads();
    const index = await indexOf(server);
    const noModel = new TextEncoder().encode('this is no model');
    const bad: [parameters: Parameters, sentence: RegExp][] = [
      [{ config: '{}', 'file:1/model.onnx': noModel }, /^load failed for model '\w+': version 1 is at/],
      [
        { config: '{}', 'file:1/weights.bin': noModel },
        /^load failed for model '\w+': .*\/1 has neither model\.onnx nor/,
      ],
      [
        { config: '{"platform":"onnxruntime_onnx"}', 'file:1/model.tflite': noModel },
        /1 has no model\.onnx$/,
      ],
      [{ config: '{"max_batch_size":', 'file:1/model.onnx': noModel }, /^parameters\.config:1/],
    ];
    for (const name of ['new', 'other', 'found']) {
      for (const [parameters, sentence] of bad) {
        const outcome = await way.load(server, name, parameters);
        assert.equal(outcome.status, way.invalid, outcome.sentence);
        assert.match(outcome.sentence, sentence);
        await untilUploads(1);
      }
    }
    assert.deepEqual(uploads(), kept);
    assert.deepEqual(await indexOf(server), index);
    await assertEchoes(server, 'new');
    await assertAddSub(server, 'found');
    assert.equal((await server.get('/v2/health/ready')).status, 200);
    assert.ok((await way.load(server, 'found')).isOk);
    assert.ok((await way.load(server, 'other', ECHO)).isOk);
  });

  test(`${way.name}: names that lead elsewhere, files without a configuration, files that may not be`, async (t) => {
    const server = await open(t);
    const bytes = identityOf('UINT8');
    const names = [
      '../../model.onnx',
      '1/../../../model.onnx',
      '/1/model.onnx',
      '1//etc',
      '1/a\\b',
      '1/a\0',
      '1',
    ];
    for (const name of names) {
      const outcome = await way.load(server, 'new', { config: '{}', [`file:${name}`]: bytes });
      assert.equal(outcome.status, way.invalid, outcome.sentence);
      assert.ok(outcome.sentence.startsWith(`'parameters.file:${name}' `), outcome.sentence);
    }
    for (const model of ['..', 'a/b']) {
      const outcome = await way.load(server, model, ECHO);
      assert.ok(!outcome.isOk, model);
    }
    const alone = await way.load(server, 'new', { 'file:1/model.onnx': bytes });
    assert.deepEqual(alone, {
      isOk: false,
      status: way.invalid,
      sentence: "'parameters.file:1/model.onnx' needs the parameter 'config' as well",
    });
    const unknown = await way.load(server, 'new', { config: '{}' });
    assert.equal(unknown.status, way.unknown);
    assert.match(unknown.sentence, /^failed to load 'new', failed to poll from model repository/);
    assert.deepEqual(uploads(), []);

    const careful = await open(t, { allowModelUpload: false });
    const refused = await way.load(careful, 'new', ECHO);
    assert.equal(refused.status, way.disabled);
    assert.match(refused.sentence, /--allow-model-upload=true/);
    assert.ok((await way.load(careful, 'found', { config: CONFIG })).isOk, 'a configuration alone may be');

    const still = await open(t, { control: { ...DEFAULT_CONTROL, mode: 'none' } });
    const closed = await way.load(still, 'found', ECHO);
    assert.equal(closed.status, way.unavailable);
    assert.match(closed.sentence, /^explicit model load \/ unload is not allowed/);
    assert.deepEqual(uploads(), []);
  });
}

test('while a configuration replaces another no request fails', async (t) => {
  const server = await open(t);
  let isDone = false;
  const statuses = new Set<number>();
  const asking = Array.from({ length: 3 }, async () => {
    while (!isDone) statuses.add((await server.post('/v2/models/found/infer', addSub)).status);
  });
  for (const max_batch_size of [8, 16, 32]) {
    const { isOk, sentence } = await rest.load(server, 'found', {
      config: JSON.stringify({ max_batch_size }),
    });
    assert.ok(isOk, sentence);
    assert.equal((await configOf(server, 'found')).max_batch_size, max_batch_size);
  }
  isDone = true;
  await Promise.all(asking);
  assert.deepEqual([...statuses], [200]);
});

test('what was brought and is the same is not loaded again', async (t) => {
  const server = await open(t);
  const loads = async (): Promise<number> =>
    (await server.get('/v2/models/found/stats')).json.model_stats[0].inference_count;
  await rest.load(server, 'found', { config: CONFIG });
  await assertAddSub(server, 'found');
  assert.equal(await loads(), 1);
  await rest.load(server, 'found', { config: CONFIG });
  assert.equal(await loads(), 1, 'counts begin anew with a load');
  await rest.load(server, 'found', { config: CONFIG, force: true });
  assert.equal(await loads(), 0);
});

test('of a list the versions, and what it says of them, stay', async (t) => {
  const server = await open(t);
  assert.ok((await rest.load(server, 'listed', { config: '{"max_batch_size":8}' })).isOk);
  assert.deepEqual((await server.get('/v2/models/listed')).json.versions, ['1', '2']);
  const config = '{"max_batch_size":8,"version_policy":{"specific":{"versions":[1]}}}';
  assert.ok((await rest.load(server, 'listed', { config })).isOk);
  await assertAddSub(server, 'listed/versions/1');
  assert.equal((await server.post('/v2/models/listed/versions/2/infer', addSub)).status, 503);
});

test('a model that was not loaded is not loaded after a load that failed', async (t) => {
  const server = await open(t, { control: { ...DEFAULT_CONTROL, startWith: [] } });
  const broken = { config: '{}', 'file:1/model.onnx': new Uint8Array([1, 2, 3]) };
  assert.ok(!(await rest.load(server, 'found', broken)).isOk);
  assert.ok((await indexOf(server)).every(({ state }) => state === 'UNAVAILABLE'));
  await untilUploads(0);
  assert.equal((await server.get('/v2/health/ready')).status, 200);
});

test('a stop removes what was brought', async (t) => {
  const server = await startTestServer(settings(t));
  t.after(() => server.stop());
  await server.server.modelsSettled;
  assert.ok((await rest.load(server, 'new', ECHO)).isOk);
  assert.equal(uploads().length, 1);
  assert.equal(await server.stop(), 0);
  assert.deepEqual(uploads(), []);
});

test('files may be written beside those of a model while it is served from what was brought', async (t) => {
  const own = settings(t);
  const server = await serve((end) => t.after(end), own);
  assert.ok((await rest.load(server, 'found', ECHO)).isOk);
  writeFileSync(join(own.repositories[0] ?? '', 'found/config.pbtxt'), 'max_batch_size: 2');
  await assertEchoes(server, 'found');
  assert.ok((await rest.load(server, 'found')).isOk);
  assert.equal((await configOf(server, 'found')).max_batch_size, 2);
});

test('loads of one model at the same time, good and bad: what is served in the end has its files, and no other files are kept', async (t) => {
  const server = await open(t);
  const bad = { config: '{}', 'file:1/model.onnx': new Uint8Array([1, 2, 3]) };
  for (let round = 0; round < 4; round++) {
    await Promise.all([ECHO, bad, ECHO, bad].map((parameters) => rest.load(server, 'new', parameters)));
    const index = await indexOf(server);
    const isServed = index.some(({ name, state }) => name === 'new' && state === 'READY');
    await untilUploads(isServed ? 1 : 0);
    if (isServed) await assertEchoes(server, 'new');
  }
  assert.ok((await rest.load(server, 'new', ECHO)).isOk);
  await Promise.all([rest.load(server, 'new', ECHO), unload(server, 'new')]);
  await Promise.all([1, 2, 3, 4].map(() => unload(server, 'new')));
  await untilUploads(0);
  assert.ok((await rest.load(server, 'new', ECHO)).isOk);
  await untilUploads(1);
  await assertEchoes(server, 'new');
});

test('a reload of the configuration goes back to the sources', async (t) => {
  const own = settings(t);
  const server = await startTestServer(own, undefined, () => own);
  t.after(() => server.stop());
  await server.server.modelsSettled;
  const before = await configOf(server, 'found');
  assert.ok((await rest.load(server, 'new', ECHO)).isOk);
  assert.ok((await rest.load(server, 'found', { config: CONFIG })).isOk);
  const { change, unload: gone } = (await server.get('/v2/repository/plan')).json;
  assert.deepEqual([change[0].model, gone[0].model], ['found', 'new']);
  assert.equal((await server.post('/v2/repository/reload', '')).status, 200);
  await untilUploads(0);
  assert.deepEqual(await configOf(server, 'found'), before);
  assert.equal((await server.get('/v2/models/new')).status, 404);
});

test('an ensemble that is brought is served, and so is a model that is unloaded with it', async (t) => {
  const server = await open(t);
  const step = { model_name: 'found', model_version: -1 };
  const config = {
    platform: 'ensemble',
    max_batch_size: 4,
    input: [{ name: 'IN', data_type: 'TYPE_INT32', dims: [16] }],
    output: [{ name: 'OUT', data_type: 'TYPE_INT32', dims: [16] }],
    ensemble_scheduling: {
      step: [{ ...step, input_map: { INPUT0: 'IN', INPUT1: 'IN' }, output_map: { OUTPUT0: 'OUT' } }],
    },
  };
  assert.ok((await rest.load(server, 'found', { config: CONFIG, 'file:1/model.onnx': addSubModel() })).isOk);
  const files = { 'file:1/empty': new Uint8Array() };
  const { isOk, sentence } = await rest.load(server, 'twice', { config: JSON.stringify(config), ...files });
  assert.ok(isOk, sentence);
  await untilUploads(1);
  const reply = await server.post(
    '/v2/models/twice/infer',
    inferBody(tensor('IN', 'INT32', [1, 16], sixteen(4))),
  );
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, sixteen(8)], reply.text);
  const parameters = { unload_dependents: true };
  assert.equal((await server.post('/v2/repository/models/twice/unload', { parameters })).status, 200);
  await untilUploads(0);
  const names = (await indexOf(server)).filter(({ state }) => state === 'READY').map(({ name }) => name);
  assert.deepEqual(names, ['listed', 'listed']);
});
