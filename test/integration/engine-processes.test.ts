import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { NO_RETRY } from '#lifecycle/retry.js';
import { EngineProcesses, isAlive } from '../support/engine-processes.js';
import { entered } from '../support/entered.js';
import { eventually } from '../support/eventually.js';
import { grpcClient } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { randomOf } from '../support/random.js';
import { indexOf, untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { countingTflite } from '../support/slow-models.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const slowPath = writeModel(folder, 'slow.tflite', countingTflite());
const quickPath = writeModel(folder, 'quick.onnx', identityModel('UINT8'));

const IN_PROCESS: Partial<ConfiguredVersion> = {
  isolation: { wall: 'process', runTimeoutMs: null, loadTimeoutMs: null },
};
const INFER = '/v2/models/slow/infer';
/** A run that no test could wait for. */
const FOREVER = 100_000_000;
/** One that is not done at once. */
const LONG = 1_000_000;

/** The slow model's process is the first, and the quick model has a thread unless the parts say otherwise. */
async function serveSlow(
  t: TestContext,
  slow: Partial<ConfiguredVersion> = {},
  quick: Partial<ConfiguredVersion> = {},
): Promise<{ readonly server: TestServer; readonly processes: EngineProcesses }> {
  const processes = new EngineProcesses();
  t.after(() => processes.stop());
  const offers = [
    offerOf({ name: 'slow', path: slowPath, ...IN_PROCESS, ...slow }),
    offerOf({ name: 'quick', path: quickPath, ...quick }),
  ];
  const loading = { maxLoads: 1, retry: NO_RETRY };
  const server = await serve((end) => t.after(end), settingsOf(offers, { loading, grpc: GRPC }));
  return { server, processes };
}

function run(server: TestServer, count = 7): Promise<Reply> {
  return server.post(INFER, inferBody(tensor('n', 'INT32', [1], [count])));
}

/** The answer to come of a request that has been taken by the server when this settles. */
async function begin(server: TestServer, count = 7): Promise<{ readonly reply: Promise<Reply> }> {
  const inside = entered(INFER);
  const reply = run(server, count);
  await inside;
  return { reply };
}

function assertServed(reply: Reply, count = 7): void {
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [count]], reply.text);
}

async function theQuickModelServes(server: TestServer): Promise<void> {
  const reply = await server.post('/v2/models/quick/infer', inferBody(tensor('input', 'UINT8', [2], [3, 4])));
  assert.deepEqual([reply.status, reply.json.outputs?.[0].data], [200, [3, 4]], reply.text);
}

for (const [signal, reason] of [
  ['SIGSEGV', 'it was killed by SIGSEGV (a fault in native code)'],
  ['SIGABRT', 'it was killed by SIGABRT (native code gave up)'],
  ['SIGKILL', 'it was killed by SIGKILL (out of memory?)'],
] as const) {
  test(`of a process that ends by ${signal} nobody notices but the log`, async (t) => {
    const heard = hearLog(t);
    const { server, processes } = await serveSlow(t);
    assert.equal(processes.started.length, 1, 'the other model is in a thread');
    const running = await begin(server, LONG);
    let isAnswered = false;
    void running.reply.then(() => {
      isAnswered = true;
    });
    const waiting = await begin(server);
    await processes.kill(0, signal);
    assert.equal(isAnswered, false, 'it was being run');
    await theQuickModelServes(server);
    assertServed(await running.reply, LONG);
    assertServed(await waiting.reply);
    assert.ok(heard.some((line) => line.startsWith('ERROR ') && line.includes(reason)));
    assert.ok(heard.some((line) => /^INFO .*is back with a new engine process/.test(line)));
    assert.deepEqual(
      (await indexOf(server)).map(({ state }) => state),
      ['READY', 'READY'],
    );
  });
}

test('a run that hangs is ended by the watchdog; twice, and the request is refused with the reason', async (t) => {
  const heard = hearLog(t);
  const { server } = await serveSlow(t, {
    isolation: { wall: 'process', runTimeoutMs: 300, loadTimeoutMs: null },
  });
  const [hanging, behind] = [await begin(server, FOREVER), await begin(server)];
  const refused = await hanging.reply;
  assert.equal(refused.status, 500);
  assert.match(
    refused.json.error,
    /^this request was being run in 2 instances when they died, .*: a run took longer than 0.3 s \(run_timeout\)$/,
  );
  assertServed(await behind.reply);
  assert.ok(heard.some((line) => line.includes('the engine process died: a run took longer than 0.3 s')));
});

test('a model whose process dies again and again becomes unavailable, with the reason, and can be loaded', async (t) => {
  const { server, processes } = await serveSlow(t);
  const dying = new EngineProcesses((child) => child.kill('SIGSEGV'));
  t.after(() => dying.stop());
  const [running, waiting] = [await begin(server, FOREVER), await begin(server)];
  await processes.kill(0, 'SIGSEGV');
  for (const { reply } of [running, waiting]) {
    const refused = await reply;
    assert.equal(refused.status, 503);
    assert.match(refused.json.error, /cannot run: its engine process died again and again, last: .*SIGSEGV/);
  }
  assert.match((await untilState(server, 'slow', 'UNAVAILABLE')).reason ?? '', /died again and again/);
  await theQuickModelServes(server);
  dying.stop();
  assert.equal((await server.post('/v2/repository/models/slow/load', '')).status, 200);
  assertServed(await run(server));
});

test('a model that is unloaded leaves no process behind, and neither does a server that stops', async (t) => {
  const { server, processes } = await serveSlow(t, { workers: 2 }, IN_PROCESS);
  assert.equal(processes.living.length, 3);
  await server.post('/v2/repository/models/slow/unload', '');
  assert.equal((await untilState(server, 'slow', 'UNAVAILABLE')).reason, 'unloaded');
  await eventually(
    () => server.get('/v2/health/live'),
    () => processes.living.length === 1,
  );
  await theQuickModelServes(server);
  await server.stop();
  assert.deepEqual(processes.started.map(isAlive), [false, false, false]);
});

test('that a model has a process is told, and what that holds', async (t) => {
  const { server } = await serveSlow(t);
  const told = await server.get('/v2/models/slow/stats');
  const [memory] = told.json.model_stats[0].memory_usage;
  assert.equal(memory.type, 'CPU');
  assert.equal((await server.get('/v2/models/slow')).json.properties.isolation, 'process');
  assert.ok(Number(memory.byte_size) > 20 * 1024 * 1024, `a process is no smaller: ${memory.byte_size}`);
});

test('signals for the whole group leave the processes alone until the server ends them', async (t) => {
  const { server, processes } = await serveSlow(t);
  const [child] = processes.started;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child?.kill(signal);
  assertServed(await run(server));
  assert.equal(processes.living.length, 1);
});

// Up to 100 processes die under load, each with whatever it has just then; fewer where the machine is slow.
test('whenever a process is killed, every request is answered and the other model fails none', async (t) => {
  const [MOST_KILLS, MOST_MS] = [100, 25_000];
  const startedAt = performance.now();
  const { server, processes } = await serveSlow(t, { workers: 2 });
  const grpc = grpcClient(server.grpcPort);
  t.after(() => grpc.close());
  const random = randomOf(7);
  let isOver = false;
  let kills = 0;
  const counts = { slow: 0, poison: 0, quick: 0 };
  const askSlow = async (): Promise<void> => {
    while (!isOver) {
      const count = 1 + random(20_000);
      const reply = await run(server, count);
      if (reply.status === 200) assertServed(reply, count);
      else assert.match(reply.json.error, /^this request was being run in 2 instances when they died/);
      counts[reply.status === 200 ? 'slow' : 'poison']++;
    }
  };
  const askQuick = async (): Promise<void> => {
    while (!isOver) {
      const inputs = [{ name: 'input', datatype: 'UINT8', shape: [2], contents: { uint_contents: [3, 4] } }];
      const answer = await grpc.call('ModelInfer', { model_name: 'quick', inputs });
      assert.deepEqual([...answer.raw_output_contents[0]], [3, 4]);
      counts.quick++;
    }
  };
  const killAll = async (): Promise<void> => {
    while (kills < MOST_KILLS && performance.now() - startedAt < MOST_MS) {
      const wanted = counts.slow + 1 + random(4);
      // What dies again and again is given up: each kill comes after an answer.
      await eventually(
        () => server.get('/v2/health/live'),
        () => counts.slow >= wanted,
      );
      const { living } = processes;
      living[random(living.length)]?.kill(random(2) === 0 ? 'SIGKILL' : 'SIGSEGV');
      kills++;
    }
  };
  const asked = Promise.all([askSlow(), askSlow(), askSlow(), askQuick(), askQuick()]);
  await Promise.race([killAll(), asked]).finally(() => {
    isOver = true;
  });
  await asked;
  assert.equal((await indexOf(server)).filter(({ state }) => state === 'READY').length, 2);
  t.diagnostic(JSON.stringify({ kills, ...counts, processes: processes.started.length }));
  assert.ok(kills >= 10, `only ${kills} were killed`);
  assert.ok(counts.poison * 5 <= counts.slow, `${counts.poison} of ${counts.slow} were refused`);
});
