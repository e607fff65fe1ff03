/** Who decides what is loaded: files, clients, or nobody. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import type { ControlMode } from '#control/options.js';
import { eventually } from '../support/eventually.js';
import { FolderTree } from '../support/folder-tree.js';
import { grpcClient } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import { indexOf, untilState } from '../support/repository.js';
import { scaledModel } from '../support/scaled-model.js';
import { readSettings, serve } from '../support/serve.js';
import {
  GRPC,
  offerOf,
  type Reply,
  settingsOf,
  startTestServer,
  type TestServer,
} from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const NOT_ALLOWED = 'explicit model load / unload is not allowed if polling is enabled';
const ENSEMBLE = `platform: "ensemble"
input { name: "IN" data_type: TYPE_FP32 dims: [ -1, 2 ] }
output { name: "OUT" data_type: TYPE_FP32 dims: [ -1, 2 ] }
ensemble_scheduling { step [
  { model_name: "a" model_version: -1 input_map { key: "x" value: "IN" } output_map { key: "y" value: "T" } },
  { model_name: "b" model_version: -1 input_map { key: "x" value: "T" } output_map { key: "y" value: "OUT" } }
] }
`;

/** `a` doubles, `b` triples, `both` is an ensemble of the two, `c` has nothing to do with them. */
function repository(t: TestContext): FolderTree {
  const tree = new FolderTree(t);
  tree.write('a/1/model.onnx', scaledModel(2));
  tree.write('b/1/model.onnx', scaledModel(3));
  tree.write('c/1/model.onnx', scaledModel(5));
  tree.write('both/config.pbtxt', ENSEMBLE);
  tree.folder('both/1');
  return tree;
}

function controlled(
  t: TestContext,
  { root }: FolderTree,
  mode: ControlMode,
  startWith: readonly string[] | null,
  parts: Partial<Settings> = {},
): Promise<TestServer> {
  const control = { mode, startWith, pollMs: 20 };
  return serve((end) => t.after(end), settingsOf([], { repositories: [root], control, ...parts }));
}

const load = (server: TestServer, name: string, parameters: object = {}): Promise<Reply> =>
  server.post(`/v2/repository/models/${name}/load`, { parameters });
const unload = (server: TestServer, name: string, parameters: object = {}): Promise<Reply> =>
  server.post(`/v2/repository/models/${name}/unload`, { parameters });

/** The names of what is ready. */
async function readyOf(server: TestServer): Promise<string> {
  const lines = await indexOf(server);
  return lines.flatMap(({ name, state }) => (state === 'READY' ? name : [])).join(' ');
}

/** What one row of ones becomes. */
async function answerOf(server: TestServer, name: string, input = 'x'): Promise<unknown> {
  const body = inferBody(tensor(input, 'FP32', [1, 2], [1, 1]));
  const { status, json } = await server.post(`/v2/models/${name}/infer`, body);
  return status === 200 ? json.outputs[0].data[0] : json.error;
}

async function loaded(server: TestServer, name: string, parameters: object = {}): Promise<void> {
  const { status, text } = await load(server, name, parameters);
  assert.deepEqual([status, text], [200, '{}']);
}

for (const mode of ['none', 'poll', 'watch'] as const) {
  test(`${mode}: all is loaded at the start, and clients may neither load nor unload`, async (t) => {
    const server = await controlled(t, repository(t), mode, null, { grpc: GRPC });
    const client = grpcClient(server.grpcPort);
    t.after(() => client.close());
    assert.equal(await readyOf(server), 'a b both c');
    for (const name of ['a', 'nobody']) {
      for (const ask of [load, unload]) {
        const { status, json } = await ask(server, name);
        assert.deepEqual([status, json], [503, { error: NOT_ALLOWED }]);
      }
      for (const method of ['RepositoryModelLoad', 'RepositoryModelUnload']) {
        const { code, details } = await client.fail(method, { model_name: name });
        assert.deepEqual([code, details], [14, NOT_ALLOWED]);
      }
    }
    assert.equal(await readyOf(server), 'a b both c');
  });
}

test('none: what changes later is not looked at', async (t) => {
  const tree = repository(t);
  const server = await controlled(t, tree, 'none', null);
  tree.write('a/2/model.onnx', scaledModel(9));
  tree.write('d/1/model.onnx', scaledModel(9));
  // A reload is asked for by a person, and not by the files.
  assert.equal(await readyOf(server), 'a b both c');
  assert.equal(await answerOf(server, 'a'), 2);
});

test('explicit: nothing, some with what they are made of, or all is loaded at the start', async (t) => {
  const tree = repository(t);
  const settings = (...loadModel: string[]): Settings =>
    readSettings({ modelRepository: [tree.root], modelControlMode: 'explicit', loadModel });
  for (const [names, ready] of [
    [['c'], 'c'],
    [['both'], 'a b both'],
    [['c', '*'], 'a b both c'],
  ] as const) {
    const server = await startTestServer(settings(...names));
    t.after(() => server.stop());
    await server.server.modelsSettled;
    assert.equal(await readyOf(server), ready, names.join());
  }
  const nothing = await serve(
    (end) => t.after(end),
    readSettings({ modelRepository: [tree.root], modelControlMode: 'explicit' }),
  );
  assert.equal(await readyOf(nothing), '');
  assert.equal((await nothing.get('/v2/health/ready')).status, 200);
  await loaded(nothing, 'both');
  assert.equal(await readyOf(nothing), 'a b both');
  assert.equal(await answerOf(nothing, 'both', 'IN'), 6);
});

test('explicit: a name that no source has is told in the log, and the others are loaded', async (t) => {
  const heard = hearLog(t);
  const server = await controlled(t, repository(t), 'explicit', ['nobody', 'c']);
  assert.equal(await readyOf(server), 'c');
  assert.ok(
    heard.some((line) => /^ERROR failed to load 'nobody', failed to poll from model repository/.test(line)),
    heard.join('\n'),
  );
});

test('explicit: a load takes what is there now, and nothing changes before', async (t) => {
  const tree = repository(t);
  const server = await controlled(t, tree, 'explicit', []);
  await loaded(server, 'a');
  tree.write('a/1/model.onnx', scaledModel(7));
  tree.write('d/1/model.onnx', scaledModel(9));
  assert.equal(await answerOf(server, 'a'), 2);
  assert.match(String(await answerOf(server, 'd')), /^Request for unknown model: 'd'/);
  await loaded(server, 'a');
  assert.equal(await answerOf(server, 'a'), 7);
  await loaded(server, 'd');
  assert.equal(await answerOf(server, 'd'), 9);
  tree.write('a/2/model.onnx', scaledModel(8));
  await loaded(server, 'a');
  assert.equal(await answerOf(server, 'a'), 8);
  tree.remove('a/2');
  await loaded(server, 'a');
  assert.equal(await answerOf(server, 'a'), 7);
});

test('explicit: a load of what has not changed does nothing, with force it loads anew', async (t) => {
  const server = await controlled(t, repository(t), 'explicit', ['a']);
  const countOf = async (): Promise<number> => {
    const { json } = await server.get('/v2/models/a/stats');
    return json.model_stats[0].inference_count;
  };
  await answerOf(server, 'a');
  await loaded(server, 'a');
  await loaded(server, 'a', { force: false });
  assert.equal(await countOf(), 1);
  await loaded(server, 'a', { force: true });
  assert.equal(await countOf(), 0);
  assert.equal(await answerOf(server, 'a'), 2);
});

test('explicit: a load of a model whose folder is gone says so, and what was loaded serves on', async (t) => {
  const tree = repository(t);
  const server = await controlled(t, tree, 'explicit', ['a']);
  for (const name of ['a', 'c']) {
    tree.remove(name);
    const { status, json } = await load(server, name);
    assert.equal(status, 404);
    assert.match(json.error, /^failed to load '[ac]', failed to poll from model repository: no model/);
  }
  assert.equal(await answerOf(server, 'a'), 2);
});

test('explicit: a load that fails leaves the old one serving, with the reason; the next one is tried anew', async (t) => {
  const tree = repository(t);
  const server = await controlled(t, tree, 'explicit', ['a']);
  tree.write('a/1/model.onnx', scaledModel(7).slice(0, 60));
  const { status, json } = await load(server, 'a');
  assert.equal(status, 400);
  assert.match(json.error, /^load failed for model 'a': version 1 is at UNAVAILABLE state: model\.onnx: ./);
  assert.equal(await answerOf(server, 'a'), 2);
  tree.write('a/config.pbtxt', 'max_batch_sise: 4');
  const refused = await load(server, 'a');
  assert.equal(refused.status, 400);
  assert.match(refused.json.error, /a\/config\.pbtxt:1:1: max_batch_sise: unknown key/);
  tree.remove('a/config.pbtxt');
  tree.write('a/1/model.onnx', scaledModel(7));
  await loaded(server, 'a');
  assert.equal(await answerOf(server, 'a'), 7);
});

test('explicit: everyone who asks for a model at the same time is answered when it is ready, and it is loaded once', async (t) => {
  const heard = hearLog(t);
  const server = await controlled(t, repository(t), 'explicit', []);
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      await loaded(server, 'a');
      return answerOf(server, 'a');
    }),
  );
  assert.deepEqual(answers, [2, 2, 2, 2, 2, 2]);
  assert.equal(heard.filter((line) => /has been compiled successfully/.test(line)).length, 1);
});

test('explicit: an ensemble is unloaded alone, or with what it is made of', async (t) => {
  const server = await controlled(t, repository(t), 'explicit', ['both', 'c']);
  assert.equal((await unload(server, 'both')).status, 200);
  await untilState(server, 'both', 'UNAVAILABLE');
  assert.equal(await readyOf(server), 'a b c');
  await loaded(server, 'both');
  assert.equal((await unload(server, 'both', { unload_dependents: true })).status, 200);
  await eventually(
    () => readyOf(server),
    (ready) => ready === 'c',
  );
});

test('a load that failed is tried again by itself until its file is mended', async (t) => {
  const tree = new FolderTree(t);
  const path = tree.write('m.onnx', scaledModel(2).slice(0, 60));
  const heard = hearLog(t);
  const retry = { count: 1000, firstDelayMs: 1, longestDelayMs: 10 };
  const server = await startTestServer(
    settingsOf([offerOf({ name: 'm', path })], { loading: { maxLoads: 4, retry } }),
  );
  t.after(() => server.stop());
  await eventually(
    () => indexOf(server),
    () => heard.filter((line) => /^WARN model 'm' version 1 is tried again in 0\.0/.test(line)).length > 2,
  );
  writeFileSync(path, scaledModel(2));
  await untilState(server, 'm', 'READY');
  assert.equal(await answerOf(server, 'm'), 2);
});

test('of a name that is both listed and in a repository the list counts, and a warning names the places', async (t) => {
  const tree = repository(t);
  const listed = new FolderTree(t);
  const path = listed.write('a.onnx', scaledModel(11));
  const heard = hearLog(t);
  const server = await serve(
    (end) => t.after(end),
    settingsOf([offerOf({ name: 'a', path })], { repositories: [tree.root] }),
  );
  assert.equal(await answerOf(server, 'a'), 11);
  const text = `of models that are in several places the first counts: 'a' in the configuration and ${tree.path('a')}`;
  assert.ok(heard.includes(`WARN ${text}`), heard.join('\n'));
});
