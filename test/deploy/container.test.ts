import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ServerProcess, serving } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { FolderTree } from '../support/folder-tree.js';
import { grpcClient } from '../support/grpc-client.js';
import { identityModel } from '../support/onnx-models.js';
import { repositoryRoot } from '../support/places.js';
import { childrenOf } from '../support/processes.js';
import { startContainer, whyNoContainer } from './container.js';
import { readImage } from './image.js';

const image = readImage();
const skip = whyNoContainer();

/** A port that nobody has at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function post(port: number, path: string, body: unknown): Promise<{ status: number; json: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const url = `http://127.0.0.1:${port}${path}`;
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? null : JSON.parse(text) };
}

const statusOf = async (port: number, path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).status;

const REQUEST = { inputs: [{ name: 'input', shape: [3], datatype: 'UINT8', data: [1, 2, 3] }] };

test('the image starts as KServe starts it, without a shell, rights or a place to write', {
  skip,
}, async (t) => {
  const tree = new FolderTree(t);
  tree.write('1/model.onnx', identityModel('UINT8'));
  const [http, grpc] = [await freePort(), await freePort()];
  const args = [`--model_name=digits`, `--http_port=${http}`, `--grpc_port=${grpc}`, '--drain-delay=1'];
  const child = startContainer(t, { image, models: tree.root, args });
  const running = await serving(child);
  await running.logged(/the model is ready/);
  const [pid = 0] = childrenOf(child.pid);

  assert.equal(running.port, http);
  assert.equal(await statusOf(http, '/v2/health/live'), 200);
  assert.equal(await statusOf(http, '/v2/health/ready'), 200);
  assert.equal(await statusOf(http, '/v2/models/digits/ready'), 200);
  assert.equal(await statusOf(http, '/metrics'), 200);
  const { status, json } = await post(http, '/v2/models/digits/infer', REQUEST);
  assert.equal(status, 200, JSON.stringify(json));
  assert.deepEqual((json as { outputs: { data: unknown }[] }).outputs[0]?.data, [1, 2, 3]);
  assert.equal(await isReadyByGrpc(t, grpc), true);

  const facts = readFileSync(`/proc/${pid}/status`, 'utf8');
  assert.match(facts, /^Uid:\s+65532\s+65532\s/m);
  assert.match(facts, /^CapEff:\s+0+$/m);
  assert.match(facts, /^NoNewPrivs:\s+1$/m);
  assert.match(facts, /^NSpid:.*\s1$/m);

  process.kill(pid, 'SIGTERM');
  await running.logged(/^shutting down: not ready any more/);
  assert.equal(await statusOf(http, '/v2/health/ready'), 503);
  assert.equal(await statusOf(http, '/v2/health/live'), 200);
  assert.equal(await running.ended, 0);
});

test('a container without a model says so and ends', { skip }, async (t) => {
  const tree = new FolderTree(t);
  const child = startContainer(t, { image, models: tree.root, args: ['--model_name=digits'] });
  const { status, text } = await outcomeOf(child);
  assert.equal(status, 2);
  assert.match(text, /^furiosa-kserve: there is no model in \/mnt\/models; expected /);
});

test("the calls of KServe's agent: load is idempotent, and unload comes when the files are gone", async (t) => {
  const tree = new FolderTree(t);
  const { port } = await startEntryPoint(t, tree.root, '--model-control-mode=explicit');
  // Without any model it is ready once it has looked, which a probe waits for.
  await eventually(
    () => statusOf(port, '/v2/health/ready'),
    (status) => status === 200,
  );

  tree.write('digits/1/model.onnx', identityModel('UINT8'));
  tree.write('other/model.onnx', identityModel('UINT8'));
  for (const model of ['digits', 'digits', 'other']) {
    const { status, json } = await post(port, `/v2/repository/models/${model}/load`, {});
    assert.equal(status, 200, JSON.stringify(json));
  }
  assert.equal((await post(port, '/v2/models/digits/infer', REQUEST)).status, 200);

  tree.remove('digits');
  for (let i = 0; i < 2; i++)
    assert.equal((await post(port, '/v2/repository/models/digits/unload', {})).status, 200);
  assert.notEqual((await post(port, '/v2/models/digits/infer', REQUEST)).status, 200);

  // What is unloaded is not touched on the disk: it can be loaded again.
  assert.equal((await post(port, '/v2/repository/models/other/unload', {})).status, 200);
  assert.ok(readFileSync(tree.path('other/model.onnx')).length > 0);
  assert.equal((await post(port, '/v2/repository/models/other/load', {})).status, 200);
  assert.equal(await statusOf(port, '/v2/models/other/ready'), 200);
});

async function isReadyByGrpc(t: TestContext, port: number): Promise<boolean> {
  const client = grpcClient(port);
  t.after(() => client.close());
  return (await client.call('ServerReady')).ready;
}

/** What a process that ends by itself wrote on standard error, and its status. */
async function outcomeOf(child: ChildProcess): Promise<{ status: number | null; text: string }> {
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, text };
}

/** The entry point on a folder, as a process of this system. */
async function startEntryPoint(t: TestContext, models: string, ...args: string[]): Promise<ServerProcess> {
  const entry = join(repositoryRoot, 'bin/furiosa-kserve.js');
  const words = [
    entry,
    `--model_dir=${models}`,
    '--host=127.0.0.1',
    '--http_port=0',
    '--grpc_port=0',
    ...args,
  ];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return await serving(child);
}
