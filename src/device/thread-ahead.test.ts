import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '#worker/messages.js';
import { ThreadAhead, threadAhead } from './thread-ahead.js';
import { threadWall } from './thread-wall.js';

function post(thread: Worker, ...batch: ToWorker[]): void {
  thread.postMessage(batch);
}

function taken(t: TestContext, ahead: ThreadAhead): Worker {
  const thread = ahead.take();
  assert.ok(thread);
  t.after(() => post(thread, { kind: 'end' }));
  return thread;
}

test('what was started ahead is a thread like any other, and is given once', async (t) => {
  const ahead = new ThreadAhead();
  assert.equal(ahead.take(), null);
  ahead.start('onnx');
  ahead.start('onnx');
  const thread = taken(t, ahead);
  assert.equal(ahead.take(), null);
  post(thread, { kind: 'close', session: 7 });
  const [answer] = (await once(thread, 'message')) as [FromWorker];
  assert.deepEqual(answer, { kind: 'closed', session: 7 });
});

test('a thread that nobody takes ends when it is dropped, and is not given any more', async () => {
  const ahead = new ThreadAhead();
  await ahead.drop();
  ahead.start('onnx');
  const gone = ahead.drop();
  assert.equal(ahead.take(), null);
  await gone;
});

test('a thread that nobody takes does not keep the process', () => {
  const module = JSON.stringify(import.meta.resolve('#device/thread-ahead.js'));
  const program = `const { threadAhead } = await import(${module}); threadAhead.start(null);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
});

test('the next engine thread is the one that was started ahead, and the one after that is new', (t) => {
  threadAhead.start(null);
  const walls = [threadWall(), threadWall()];
  t.after(() => {
    for (const wall of walls) wall.post([{ kind: 'end' }], []);
  });
  assert.equal(threadAhead.take(), null);
});
