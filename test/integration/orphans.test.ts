import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { type ServerProcess, serverProcess } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { childrenOf, isGone, untilGone } from '../support/processes.js';

const path = writeModel(modelDirectory(after), 'slow.onnx', slowModel());

async function startSlow(): Promise<{ readonly server: ServerProcess; readonly engine: number }> {
  const model = ['--model-path', path, '--model-name', 'slow', '--device', 'cpu(1)*1'];
  const server = await serverProcess([...model, '--isolation', 'process']);
  await server.logged(/is ready/);
  const [engine = 0, ...others] = childrenOf(server.child.pid);
  assert.deepEqual([engine > 0, others], [true, []]);
  return { server, engine };
}

const isLinux = process.platform === 'linux';

test('a server that is asked to end leaves no process behind', { skip: !isLinux }, async (t) => {
  const { server, engine } = await startSlow();
  t.after(() => server.child.kill('SIGKILL'));
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 0);
  assert.equal(isGone(engine), true);
});

test('a server that is killed leaves none behind either, even in the middle of a run', {
  skip: !isLinux,
}, async (t) => {
  const { server, engine } = await startSlow();
  t.after(() => {
    server.child.kill('SIGKILL');
    if (!isGone(engine)) process.kill(engine, 'SIGKILL');
  });
  const input = { name: 'iterations', datatype: 'INT64', shape: [1], data: [2_000_000_000] };
  const url = `http://127.0.0.1:${server.port}/v2/models/slow/infer`;
  const ticksBefore = cpuTicksOf(engine);
  void fetch(url, { method: 'POST', body: JSON.stringify({ inputs: [input] }) }).catch(() => {});
  await eventually(
    () => fetch(`http://127.0.0.1:${server.port}/v2/models/slow/stats`).then((answer) => answer.text()),
    () => cpuTicksOf(engine) >= ticksBefore + 5,
  );
  server.child.kill('SIGKILL');
  assert.equal(await server.ended, 'SIGKILL');
  await untilGone(engine);
});

/** What it has used of the processor, in hundredths of a second. */
function cpuTicksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
