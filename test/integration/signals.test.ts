import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { type ServerProcess, serverProcess } from '../support/command.js';
import { modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';

const path = writeModel(modelDirectory(after), 'slow.onnx', slowModel());

async function startSlow(t: TestContext, ...args: string[]): Promise<ServerProcess> {
  const server = await serverProcess([
    '--model-path',
    path,
    '--model-name',
    'slow',
    '--device',
    'cpu(1)*1',
    ...args,
  ]);
  t.after(() => server.child.kill('SIGKILL'));
  await server.logged(/is ready/);
  return server;
}

/** Sends a request; the drain delay of the servers here is long enough for it to come in, whatever is sent after it. */
function runSlowly(server: ServerProcess, iterations: number): Promise<number> {
  const input = { name: 'iterations', datatype: 'INT64', shape: [1], data: [iterations] };
  const body = JSON.stringify({ inputs: [input] });
  return fetch(`http://127.0.0.1:${server.port}/v2/models/slow/infer`, { method: 'POST', body }).then(
    (response) => response.status,
    () => 0,
  );
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends an idle server with status 0`, async (t) => {
    const server = await startSlow(t);
    server.child.kill(signal);
    assert.equal(await server.ended, 0);
  });
}

test('a signal lets the request in flight be answered, and the status is 0', async (t) => {
  const server = await startSlow(t, '--drain-delay', '1');
  const reply = runSlowly(server, 500);
  server.child.kill('SIGTERM');
  assert.equal(await reply, 200);
  assert.equal(await server.ended, 0);
});

test('a second signal ends the server at once, whatever its engines do', async (t) => {
  const server = await startSlow(t, '--drain-delay', '1');
  const reply = runSlowly(server, 10_000_000);
  server.child.kill('SIGTERM');
  await server.logged(/waiting for 1 request/);
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 'SIGKILL');
  assert.equal(await reply, 0);
});
