/** The stream of events that the dashboard reads. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type LiveReader, readLive } from '../support/live-reader.js';
import { matMulModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const path = writeModel(folder, 'rows.onnx', matMulModel());
const settings = settingsOf([offerOf({ name: 'rows', path }), offerOf({ name: 'other', path })]);
const body = inferBody(tensor('x', 'FP32', [2, 4], new Array<number>(8).fill(1)));

/** The first frame that tells of a model as it is wanted. */
async function untilModel(
  live: LiveReader,
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any form.
  isWanted: (model: any) => boolean,
) {
  for (let frames = 0; frames < 20; frames++) {
    const frame = await live.frame();
    const model = frame.models.find(isWanted);
    if (model !== undefined) return { frame, model };
  }
  throw new Error('not within 20 frames');
}

test('everything first, then what an inference and an unload have changed', async (t) => {
  const server = await serve((end) => t.after(end), settings);
  const live = await readLive((end) => t.after(end), server.port);
  assert.equal(live.response.statusCode, 200);
  const { headers } = live.response;
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-accel-buffering'], 'no');
  assert.equal(await live.next(), 'retry: 1000\n\n');
  const first = await live.frame();
  assert.equal(first.is_whole, true);
  assert.equal(first.server.ready, true);
  assert.ok(first.server.uptime_ms > 0 && first.server.cpu_ms > 0 && first.server.resident_bytes > 0);
  assert.deepEqual(
    first.models.map(({ name }: { name: string }) => name),
    ['rows', 'other'],
  );
  assert.equal(first.models[0].versions[0].stats.success.count, 0);
  assert.deepEqual(first.devices, (await server.get('/v2/devices')).json.devices);

  assert.equal((await server.post('/v2/models/rows/infer', body)).status, 200);
  const worked = await untilModel(live, ({ name }) => name === 'rows');
  assert.equal(worked.frame.is_whole, false);
  assert.equal(worked.frame.models.length, 1, 'the other model has not changed');
  const { stats } = worked.model.versions[0];
  assert.deepEqual([stats.success.count, stats.inference_count], [1, 2]);
  assert.equal(
    stats.latency.request.counts.reduce((sum: number, count: number) => sum + count),
    1,
  );

  assert.equal((await server.post('/v2/repository/models/other/unload', '')).status, 200);
  const { model } = await untilModel(live, ({ versions }) => versions[0].state === 'UNAVAILABLE');
  assert.deepEqual([model.name, model.versions[0].stats], ['other', null]);
});

test('two who look on read the same', async (t) => {
  const server = await serve((end) => t.after(end), settings);
  const one = await readLive((end) => t.after(end), server.port);
  await one.frame();
  const other = await readLive((end) => t.after(end), server.port);
  assert.equal((await other.frame()).is_whole, true);
  const events = async (live: LiveReader): Promise<readonly (string | null)[]> => [
    await live.next(),
    await live.next(),
    await live.next(),
  ];
  const [seen, alsoSeen] = await Promise.all([events(one), events(other)]);
  // The other one may have come just before a frame, or just after it.
  const common = seen.filter((event) => alsoSeen.includes(event));
  assert.ok(common.length >= 2, `${seen}\n${alsoSeen}`);
});

test('a crowd that looks on is no reason to warn of anything', async (t) => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const server = await serve((end) => t.after(end), settings);
  const crowd = await Promise.all(
    Array.from({ length: 20 }, () => readLive((end) => t.after(end), server.port)),
  );
  const frames = await Promise.all(crowd.map((live) => live.frame()));
  assert.ok(frames.every(({ is_whole }) => is_whole === true));
  assert.deepEqual(warnings, []);
});

test('a server that drains says that it is not ready, and ends the streams', async (t) => {
  const server = await serve((end) => t.after(end), { ...settings, drainDelayMs: 1500 });
  const live = await readLive((end) => t.after(end), server.port);
  assert.equal((await live.frame()).server.ready, true);
  const stopped = server.stop();
  const states: boolean[] = [];
  await assert.rejects(async () => {
    for (;;) states.push((await live.frame()).server.ready);
  }, /the stream has ended/);
  assert.ok(states.includes(false), 'it was said before the end');
  assert.equal(live.response.complete, true, 'the stream was not broken off');
  assert.equal(await stopped, 0);
});

test('HEAD has the head, and ends', async (t) => {
  const server = await serve((end) => t.after(end), settings);
  const reply = await fetch(`http://127.0.0.1:${server.port}/v2/live`, { method: 'HEAD' });
  assert.equal(reply.status, 200);
  assert.equal(reply.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(await reply.text(), '');
});
