import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { FURIOSA, type ServerProcess, serverProcess } from '../support/command.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { childrenOf, descendantsOf, isGone, residentMiB, soon, untilGone } from '../support/processes.js';

const folder = modelDirectory(after);
const slow = writeModel(folder, 'slow.onnx', slowModel());
const plain = writeModel(folder, 'plain.onnx', identityModel('UINT8'));
const skip = process.platform !== 'linux' && 'looks at processes by /proc';

interface Supervised extends ServerProcess {
  /** The process that serves. */
  server(): number;
}

async function start(t: TestContext, model: string, ...args: string[]): Promise<Supervised> {
  const options = ['--model-path', model, '--model-name', 'm', '--device', 'cpu(1)*1'];
  const running = await serverProcess([...options, '--supervise', ...args]);
  t.after(async () => {
    running.child.kill('SIGKILL');
    await running.ended;
  });
  await running.logged(/the model is ready/);
  const server = (): number => {
    const [pid = 0, ...others] = childrenOf(running.child.pid);
    assert.deepEqual([pid > 0, others], [true, []]);
    return pid;
  };
  return { ...running, server };
}

const live = async ({ port }: ServerProcess): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}/v2/health/live`)).status;

test('after a crash, who comes waits a moment and is answered by another process on the same port', {
  skip,
}, async (t) => {
  const supervised = await start(t, plain);
  const first = supervised.server();
  process.kill(first, 'SIGSEGV');
  await untilGone(first);
  assert.equal(await live(supervised), 200);
  const { message, level } = await supervised.logged(/started again/);
  assert.equal(message, 'the server was ended by SIGSEGV (a fault in native code); it is started again now');
  assert.equal(level, 'WARN');
  const metrics = await (await fetch(`http://127.0.0.1:${supervised.port}/metrics`)).text();
  assert.match(metrics, /^furiosa_server_restarts_total 1$/m);
  assert.notEqual(supervised.server(), first);
});

test('the supervisor is small, and passes a wish to end on', { skip }, async (t) => {
  const supervised = await start(t, plain);
  const server = supervised.server();
  assert.ok(residentMiB(supervised.child.pid) < 60, `${residentMiB(supervised.child.pid)} MiB`);
  supervised.child.kill('SIGTERM');
  assert.equal(await supervised.ended, 0);
  assert.equal(isGone(server), true);
  await assert.rejects(live(supervised));
});

test('a server that hangs is ended and started again', { skip }, async (t) => {
  const supervised = await start(t, plain, '--hang-timeout', '2');
  const first = supervised.server();
  process.kill(first, 'SIGSTOP');
  const { message } = await supervised.logged(/sign of life/);
  assert.equal(message, 'the server gave no sign of life for 2 s and was ended; it is started again now');
  assert.equal(await live(supervised), 200);
});

test('nothing outlives a supervisor that is killed', { skip }, async (t) => {
  const supervised = await start(t, plain, '--isolation', 'process');
  const all = descendantsOf(supervised.child.pid);
  assert.ok(all.length >= 2, `a server and an engine: ${all.length}`);
  supervised.child.kill('SIGKILL');
  for (const pid of all) await untilGone(pid);
});

test('SIGUSR2 puts another process in the place of the one that serves, which answers what it has', {
  skip,
}, async (t) => {
  const supervised = await start(t, slow);
  const first = supervised.server();
  const input = { name: 'iterations', datatype: 'INT64', shape: [1], data: [4000] };
  const url = `http://127.0.0.1:${supervised.port}/v2/models/m/infer`;
  const inFlight = fetch(url, { method: 'POST', body: JSON.stringify({ inputs: [input] }) });
  supervised.child.kill('SIGUSR2');
  let asked = 0;
  let isReplaced = false;
  void supervised.logged(/the old one gives way/).then(() => {
    isReplaced = true;
  });
  while (!isReplaced) {
    assert.equal(await live(supervised), 200);
    asked++;
  }
  assert.ok(asked > 0);
  assert.equal((await inFlight).status, 200);
  await untilGone(first);
  assert.equal(await live(supervised), 200);
  assert.notEqual(supervised.server(), first);
});

test('a new process that cannot load its model does not take the place of one that has', {
  skip,
}, async (t) => {
  const model = writeModel(folder, 'fleeting.onnx', identityModel('UINT8'));
  const supervised = await start(t, model);
  const first = supervised.server();
  writeModel(folder, 'fleeting.onnx', new Uint8Array(8));
  supervised.child.kill('SIGUSR2');
  await supervised.logged(/could not load every model and is ended; the old one serves on/);
  await soon(() => childrenOf(supervised.child.pid).length === 1);
  assert.equal(supervised.server(), first);
  assert.equal(await live(supervised), 200);
});

test('SIGHUP reaches the server', { skip }, async (t) => {
  const supervised = await start(t, plain);
  supervised.child.kill('SIGHUP');
  await supervised.logged(/^the configuration was applied/);
});

test('what is wrong from the start is said once, with the status of the server', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const model = ['--model-path', plain, '--model-name', 'm', '--host', '127.0.0.1', '--grpc-port', '0'];
  const cases: readonly [words: readonly string[], status: number, text: RegExp][] = [
    [['--no-such-option'], 2, /No such option|no such option|no-such-option/],
    [[...model, '--http-port', port], 1, /the port is in use/],
  ];
  for (const [words, status, text] of cases) {
    const command = [FURIOSA, 'server', '--supervise', ...words];
    const run = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 60_000 });
    assert.equal(run.status, status, run.stderr);
    assert.equal(run.stderr.match(new RegExp(text, 'g'))?.length, 1, run.stderr);
  }
});
