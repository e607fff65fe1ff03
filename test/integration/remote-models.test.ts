/** Models that are elsewhere, as they come, change, break and are mended while the server serves. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { DEFAULT_CONTROL } from '#control/options.js';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
import { eventually } from '../support/eventually.js';
import { generationModel } from '../support/generations.js';
import { ObjectServer } from '../support/object-server.js';
import { ACCESS_KEY, BUCKET, NO_S3, SECRET_KEY, startS3 } from '../support/s3.js';
import { offerOf, settingsOf, startTestServer, type TestServer } from '../support/server.js';

for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY: SECRET_KEY,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

const model = (generation: number): Uint8Array => generationModel(generation, 64);

async function serve(
  t: TestContext,
  models: Settings['models'],
  parts: Partial<Settings>,
): Promise<TestServer> {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'furiosa-remote-'));
  const store = { ...DEFAULT_STORE_OPTIONS, ...parts.store, cacheFolder, retries: 0 };
  const server = await startTestServer(settingsOf(models, { ...parts, store }));
  t.after(async () => {
    await server.stop();
    rmSync(cacheFolder, { recursive: true, force: true });
  });
  await server.server.modelsSettled;
  return server;
}

type Line = { name: string; version?: string; state: string; reason?: string };

const indexOf = async (server: TestServer): Promise<Line[]> =>
  (await server.get('/v2/repository/index')).json;

const lineOf = (lines: readonly Line[], version: string): Line | undefined =>
  lines.find((line) => line.version === version);

test('a repository in S3 is followed, and what is broken there never takes the place of what serves', {
  skip: NO_S3,
}, async (t) => {
  const s3 = await startS3((fn) => t.after(fn));
  await s3.put('zoo/sums/1/model.onnx', model(1));
  await s3.put('zoo/sums/config.pbtxt', 'version_policy { latest { num_versions: 1 } }');
  const server = await serve(t, [], {
    repositories: [`s3://${BUCKET}/zoo`],
    control: { ...DEFAULT_CONTROL, mode: 'poll', pollMs: 50 },
    store: {
      ...DEFAULT_STORE_OPTIONS,
      cacheFolder: '',
      s3: { ...DEFAULT_STORE_OPTIONS.s3, endpoint: s3.endpoint },
    },
  });
  assert.equal(lineOf(await indexOf(server), '1')?.state, 'READY');

  await s3.put('zoo/sums/2/model.onnx', model(2).subarray(0, 100));
  const broken = await eventually(
    () => indexOf(server),
    (lines) => lineOf(lines, '2')?.reason !== undefined,
  );
  assert.match(lineOf(broken, '2')?.reason ?? '', /cut off/);
  assert.equal(lineOf(broken, '1')?.state, 'READY');

  await s3.put('zoo/sums/2/model.onnx', model(2));
  const mended = await eventually(
    () => indexOf(server),
    (lines) => lineOf(lines, '2')?.state === 'READY' && lineOf(lines, '1')?.state !== 'READY',
  );
  assert.equal(lineOf(mended, '2')?.reason, undefined);

  await s3.put('zoo/sums/config.pbtxt', 'version_policy {');
  const wrong = await eventually(
    () => indexOf(server),
    (lines) => lineOf(lines, '2')?.reason !== undefined,
  );
  assert.match(
    lineOf(wrong, '2')?.reason ?? '',
    /what was loaded before goes on serving: .*config\.pbtxt:1:/,
  );
  assert.equal(lineOf(wrong, '2')?.state, 'READY');
});

test('a model at a URL is fetched, and fetched again when it is loaded after a change', async (t) => {
  const web = await ObjectServer.start((fn) => t.after(fn));
  web.put('/sums.onnx', model(1));
  const path = `${web.origin}/sums.onnx`;
  const server = await serve(t, [offerOf({ name: 'sums', path })], {});
  const load = () => server.post('/v2/repository/models/sums/load', '');
  const answer = async (): Promise<number> => {
    const { json } = await server.get('/v2/models/sums');
    const [{ name, datatype }] = json.inputs;
    const inputs = [{ name, datatype, shape: [1, 4], data: [0, 0, 0, 0] }];
    return (await server.post('/v2/models/sums/infer', { inputs })).json.outputs[0].data[0];
  };
  const first = await answer();
  assert.equal((await load()).status, 200);
  assert.equal(await answer(), first);

  web.put('/sums.onnx', model(2));
  assert.equal((await load()).status, 200);
  const second = await answer();
  assert.notEqual(second, first);

  web.put('/sums.onnx', model(3));
  web.mishaps.push({ cutAfter: 50 });
  const failed = await load();
  assert.equal(failed.status, 400, failed.text);
  assert.match(
    failed.json.error,
    /^load failed for model 'sums': version 1 is at UNAVAILABLE state: .*sums\.onnx/,
  );
  assert.equal(await answer(), second);
  const [line] = await indexOf(server);
  assert.equal(line?.state, 'READY');
  assert.match(line?.reason ?? '', /^what was loaded before goes on serving: /);

  assert.equal((await load()).status, 200);
  assert.notEqual(await answer(), second);
});

test('a model that cannot be fetched is unavailable with the reason, and the others serve', async (t) => {
  const web = await ObjectServer.start((fn) => t.after(fn));
  web.put('/good.onnx', model(1));
  const models = [
    offerOf({ name: 'good', path: `${web.origin}/good.onnx` }),
    offerOf({ name: 'gone', path: `${web.origin}/gone.onnx` }),
  ];
  const server = await serve(t, models, {});
  const lines = await indexOf(server);
  assert.deepEqual(
    lines.map(({ name, state }) => [name, state]),
    [
      ['good', 'READY'],
      ['gone', 'UNAVAILABLE'],
    ],
  );
  assert.match(lines[1]?.reason ?? '', /gone\.onnx/);
});
