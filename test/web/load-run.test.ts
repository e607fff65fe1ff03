import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvOf } from '../../web/load/csv.js';
import { type LoadProgress, type LoadTools, runLoad } from '../../web/load/load-run.js';
import type { ModelStats } from '../../web/load/server-view.js';

/** Requests of 10 ms, and a server that runs them two rows at a time. */
function world(send: (sent: number) => void = () => {}) {
  let [nowMs, sent] = [0, 0];
  const told: LoadProgress[] = [];
  const total = (count: number, ms: number) => ({ count, ns: count * ms * 1e6 });
  const stats = (): ModelStats => ({
    inference_stats: {
      success: total(sent, 8),
      fail: total(0, 0),
      queue: total(sent, 2),
      compute_infer: total(sent, 4),
    },
    batch_stats: [{ batch_size: 2, compute_infer: total(Math.floor(sent / 2), 4) }],
  });
  const tools: LoadTools = {
    nowMs: () => nowMs,
    stats: async () => stats(),
    tell: (progress) => void told.push(progress),
    send: async () => {
      sent += 1;
      await Promise.resolve();
      nowMs += 10;
      send(sent);
    },
  };
  return { tools, told, last: () => told.at(-1) };
}

const plan = { steps: [1, 2], secondsEach: 1 };
const never = new AbortController().signal;

test('each step is told here and there, and the first request is not counted', async () => {
  const { tools, last, told } = world();
  await runLoad(plan, tools, never);
  const end = last();
  assert.equal(end?.state, 'done');
  assert.deepEqual(
    end?.results.map(({ summary }) => summary.atOnce),
    [1, 2],
  );
  const [first] = end?.results ?? [];
  assert.deepEqual([first?.summary.succeeded, first?.summary.perSecond], [100, 100]);
  assert.deepEqual(first?.server, {
    succeeded: 100,
    requestMs: 8,
    queueMs: 2,
    computeMs: 4,
    rowsPerRun: 2,
  });
  assert.equal(
    end?.answered,
    end?.results.reduce((sum, { summary }) => sum + summary.succeeded, 0),
  );
  // Told about five times in a second, and not for each of two hundred requests.
  assert.ok(told.length < 30, String(told.length));
});

test('a first request that fails is the end, with its sentence', async () => {
  const { tools, last } = world(() => {
    throw new Error("model 'm' is not ready");
  });
  await runLoad(plan, tools, never);
  assert.equal(last()?.state, 'failed');
  assert.equal(last()?.sentence, "model 'm' is not ready");
  assert.deepEqual(last()?.results, []);
});

test('a step of nothing but failures is the last', async () => {
  const { tools, last } = world((sent) => {
    if (sent > 1) throw new Error('no');
  });
  await runLoad(plan, tools, never);
  assert.equal(last()?.state, 'done');
  assert.deepEqual(
    last()?.results.map(({ summary }) => [summary.atOnce, summary.failed]),
    [[1, 20]],
  );
});

test('what was measured until it was stopped is kept', async () => {
  const controller = new AbortController();
  const { tools, last } = world((sent) => {
    if (sent >= 150) controller.abort();
  });
  await runLoad(plan, tools, controller.signal);
  assert.equal(last()?.state, 'stopped');
  assert.equal(last()?.results.length, 2);
  const answered = last()?.answered ?? 0;
  assert.ok(answered > 140 && answered < 150, String(answered));
});

test('a server that does not tell leaves its columns empty', async () => {
  const { tools, last } = world();
  await runLoad({ steps: [1], secondsEach: 1 }, { ...tools, stats: async () => null }, never);
  const results = last()?.results ?? [];
  assert.equal(results[0]?.server, null);
  const [head, line, end] = csvOf(results).split('\r\n');
  assert.equal(head?.split(',').length, 10);
  assert.equal(line, '1,100,0,100,10,10,,,,');
  assert.equal(end, '');
});
