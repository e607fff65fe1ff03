/** A server that follows its configuration when somebody asks it to, as the command that people start. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ServerProcess, serverProcess } from '../support/command.js';
import { runCommand } from '../support/command-run.js';
import { eventually } from '../support/eventually.js';
import { FolderTree } from '../support/folder-tree.js';
import { slowModel } from '../support/onnx-models.js';
import { scaledModel } from '../support/scaled-model.js';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form.
  readonly json: any;
}

interface Listed {
  readonly tree: FolderTree;
  readonly server: ServerProcess;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  /** The list of models becomes this: name, file, and further lines of its entry. */
  list(...entries: readonly (readonly [name: string, file: string, ...more: readonly string[]])[]): void;
}

const FIRST = [
  ['a', 'two.onnx'],
  ['b', 'three.onnx'],
] as const;

/** The command with a list of `a`, which doubles, and `b`, which triples. */
async function listed(t: TestContext): Promise<Listed> {
  const tree = new FolderTree(t);
  tree.write('two.onnx', scaledModel(2));
  tree.write('three.onnx', scaledModel(3));
  tree.write('broken.onnx', scaledModel(4).slice(0, 60));
  tree.write('slow.onnx', slowModel());
  const list: Listed['list'] = (...entries) => {
    const items = entries.map(([name, file, ...more]) =>
      [`  - name: ${name}`, `model: ${file}`, 'version: "1"', 'platform: cpu', ...more].join('\n    '),
    );
    tree.write('models.yaml', `model_config_list:\n${items.join('\n')}\n`);
  };
  list(...FIRST);
  const server = await serverProcess(['--model-config', tree.path('models.yaml')]);
  t.after(() => server.child.kill('SIGKILL'));
  await server.logged(/are ready/);
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
    return { status: response.status, json: await response.json() };
  };
  return {
    tree,
    server,
    list,
    get: (path) => ask(path),
    post: (path, body = {}) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

async function statesOf({ get }: Listed): Promise<string> {
  const { json } = await get('/v2/repository/index');
  return json.map(({ name, state }: Record<string, string>) => `${name} ${state}`).join(', ');
}

/** What one row of ones becomes. */
async function answerOf({ post }: Listed, name: string): Promise<unknown> {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 1] }];
  const { status, json } = await post(`/v2/models/${name}/infer`, { inputs });
  return status === 200 ? json.outputs[0].data[0] : json.error;
}

const step = (model: string, why: string): object => ({ model, version: '1', why });

test('the plan says what a reload does, and the reload does it while requests are answered', async (t) => {
  const server = await listed(t);
  const unchanged = {
    can_apply: true,
    problems: [],
    load: [],
    change: [],
    unload: [],
    route: [],
    keep: 2,
    restart: [],
  };
  assert.deepEqual((await server.get('/v2/repository/plan')).json, unchanged);

  server.list(['a', 'two.onnx', 'description: doubles'], ['c', 'three.onnx'], ['slow', 'slow.onnx']);
  const plan = {
    ...unchanged,
    load: [step('c', 'new'), step('slow', 'new')],
    change: [step('a', 'settings: description')],
    unload: [step('b', 'no longer configured')],
    keep: 0,
  };
  assert.deepEqual((await server.get('/v2/repository/plan')).json, plan);
  assert.equal(await statesOf(server), 'a READY, b READY', 'a plan changes nothing');
  assert.deepEqual(await server.post('/v2/repository/reload'), {
    status: 200,
    json: { ...plan, applied: true },
  });
  await eventually(
    () => statesOf(server),
    (states) => states === 'a READY, c READY, slow READY',
  );
  assert.deepEqual([await answerOf(server, 'a'), await answerOf(server, 'c')], [2, 3]);

  // What is in flight is answered by what it began with, though that leaves.
  const iterations = { name: 'iterations', datatype: 'INT64', shape: [1], data: [1000] };
  const inFlight = server.post('/v2/models/slow/infer', { inputs: [iterations] });
  server.list(...FIRST);
  const reloaded = await server.post('/v2/repository/reload');
  assert.deepEqual([reloaded.status, reloaded.json.unload.length], [200, 2]);
  assert.ok([200, 404].includes((await inFlight).status));
  await eventually(
    () => statesOf(server),
    (states) => states === 'a READY, b READY',
  );
});

test('a file that was rewritten under its name is a change, and is read at the reload', async (t) => {
  const server = await listed(t);
  server.tree.write('two.onnx', scaledModel(7));
  assert.equal(await answerOf(server, 'a'), 2);
  const { status, json } = await server.post('/v2/repository/reload');
  assert.deepEqual([status, json.change, json.keep], [200, [step('a', 'its files')], 1]);
  assert.equal(await answerOf(server, 'a'), 7);
});

test('a reload with one model that cannot be loaded changes nothing at all', async (t) => {
  const server = await listed(t);
  const before = (await server.get('/v2/repository/index')).json;
  server.list(['a', 'three.onnx'], ['c', 'broken.onnx']);
  const { status, json } = await server.post('/v2/repository/reload');
  assert.equal(status, 400);
  assert.match(json.error, /^nothing was changed: model 'c' version 1: broken\.onnx: ./);
  assert.deepEqual((await server.get('/v2/repository/index')).json, before);
  assert.deepEqual([await answerOf(server, 'a'), await answerOf(server, 'b')], [2, 3]);
  // And the next one is as if this had never been tried.
  server.tree.write('broken.onnx', scaledModel(4));
  assert.equal((await server.post('/v2/repository/reload')).status, 200);
  assert.deepEqual([await answerOf(server, 'a'), await answerOf(server, 'c')], [3, 4]);
});

test('of a list that cannot be read every problem is told with its place, and nothing changes', async (t) => {
  const server = await listed(t);
  server.list(['a', 'two.onnx', 'max_batch_sise: 4'], ['b', 'three.onnx', 'platform: tpu']);
  const { json: plan } = await server.get('/v2/repository/plan');
  assert.equal(plan.can_apply, false);
  const texts: string[] = plan.problems.map(({ text }: { text: string }) => text);
  assert.match(texts[0] ?? '', /models\.yaml:6:5: .*max_batch_sise/);
  assert.match(texts.slice(1).join('\n'), /models\.yaml:11:\d+: /);
  const { status, json } = await server.post('/v2/repository/reload');
  assert.equal(status, 400);
  assert.match(json.error, /^nothing was changed: .*models\.yaml:6:5: /);
  assert.equal(await statesOf(server), 'a READY, b READY');

  server.tree.write('models.yaml', 'model_config_list:\n  - name: [\n');
  const { json: broken } = await server.get('/v2/repository/plan');
  assert.equal(broken.can_apply, false);
  assert.match(broken.problems[0].text, /models\.yaml:\d+:\d+: /);

  server.tree.remove('models.yaml');
  const { json: gone } = await server.get('/v2/repository/plan');
  assert.equal(gone.can_apply, false);
  assert.match(gone.problems[0].text, /models\.yaml/);
  assert.deepEqual([await answerOf(server, 'a'), await answerOf(server, 'b')], [2, 3]);
});

test('SIGHUP is a reload, and the log says what was done or why nothing was', async (t) => {
  const server = await listed(t);
  server.list(['a', 'two.onnx'], ['c', 'three.onnx']);
  server.server.child.kill('SIGHUP');
  const done = await server.server.logged(/^the configuration was applied/);
  assert.equal(
    done.message,
    'the configuration was applied: 1 loaded, 0 changed, 1 unloaded, 0 rerouted, 1 kept',
  );
  await eventually(
    () => statesOf(server),
    (states) => states === 'a READY, c READY',
  );
  server.list(['a', 'broken.onnx']);
  server.server.child.kill('SIGHUP');
  const refused = await server.server.logged(/^the reload failed/);
  assert.match(
    refused.message,
    /^the reload failed: nothing was changed: model 'a' version 1: broken\.onnx: ./,
  );
  assert.equal(refused.level, 'ERROR');
  assert.equal(await answerOf(server, 'a'), 2);
});

test('furiosa models plan prints what the server would do', async (t) => {
  const server = await listed(t);
  server.list(['a', 'two.onnx'], ['c', 'three.onnx']);
  const url = `http://127.0.0.1:${server.server.port}`;
  const { status, out, error } = await runCommand(['models', 'plan', '--url', url]);
  assert.deepEqual([status, error], [0, '']);
  assert.equal(out, 'load    c/1  (new)\nunload  b/1  (no longer configured)\nkeep    1 more\n');
});
