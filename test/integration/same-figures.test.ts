/** `furiosa top` and the dashboard reckon for themselves, from the same stream. Of the same time they must tell the same. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { JsonPlace } from '#cli/json-place.js';
import { rowsBetween } from '#cli/top/rates.js';
import { decodeSample } from '#cli/top/sample.js';
import { derive } from '../../web/derive.js';
import type { LiveFrame, VersionStats } from '../../web/live-types.js';
import { readLive } from '../support/live-reader.js';
import { failingModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const offers = [
  offerOf({ name: 'picks', path: writeModel(folder, 'picks.onnx', failingModel()) }),
  offerOf({ name: 'slow', path: writeModel(folder, 'slow.onnx', slowModel()) }),
];

/** A whole frame. Nobody else looks on, so that it is a new one. */
async function wholeFrame(server: TestServer): Promise<LiveFrame> {
  const live = await readLive(() => {}, server.port);
  const frame = await live.frame();
  assert.equal(frame.is_whole, true);
  const closed = new Promise((resolve) => live.response.once('close', resolve));
  live.response.destroy();
  await closed;
  return frame;
}

function statsIn(frame: LiveFrame, model: string): VersionStats {
  const stats = frame.models.find(({ name }) => name === model)?.versions[0]?.stats;
  assert.ok(stats);
  return stats;
}

test('furiosa top and the dashboard tell the same figures of the same run', async (t) => {
  const server = await serve((end) => t.after(end), settingsOf(offers));
  const ask = (model: string, body: object): Promise<unknown> =>
    server.post(`/v2/models/${model}/infer`, JSON.stringify(body));
  const pick = (index: number): object => inferBody(tensor('index', 'INT64', [1], [index]));
  const slow = (iterations: number): object => inferBody(tensor('iterations', 'INT64', [1], [iterations]));
  await Promise.all([ask('picks', pick(1)), ask('slow', slow(1))]);
  const before = await wholeFrame(server);
  for (let i = 1; i <= 20; i++) {
    await Promise.all([
      // The last is one that the model fails at.
      ...[0, 1, 2, 99].map((index) => ask('picks', pick(index))),
      ask('slow', slow(10 * i)),
    ]);
  }
  const now = await wholeFrame(server);

  const [from, to] = [before, now].map((frame) => decodeSample(new JsonPlace(frame)));
  assert.ok(from && to);
  // The one divides by the server's uptime, the other by its clock: both in whole milliseconds.
  const uptimeSeconds = (to.server.uptimeMs - from.server.uptimeMs) / 1000;
  const clockSeconds = (now.at_ms - before.at_ms) / 1000;
  assert.ok(Math.abs(uptimeSeconds - clockSeconds) < 0.1, `${uptimeSeconds} s and ${clockSeconds} s`);
  for (const row of rowsBetween(from, to)) {
    const page = derive(
      statsIn(before, row.model),
      statsIn(now, row.model),
      clockSeconds,
      now.latency_bounds_ms ?? [],
    );
    const count = (perSecond: number | null, seconds: number): number =>
      Math.round((perSecond ?? Number.NaN) * seconds);
    const counted = row.model === 'picks' ? [60, 20] : [20, 0];
    assert.deepEqual(
      [row.requestsPerSecond, row.errorsPerSecond].map((each) => count(each, uptimeSeconds)),
      counted,
    );
    assert.deepEqual(
      [page.perSecond, page.errorsPerSecond].map((each) => count(each, clockSeconds)),
      counted,
    );
    assert.ok(row.p50Ms !== null && row.p99Ms !== null && row.batchRows !== null);
    assert.deepEqual(
      [row.p50Ms, row.p99Ms, row.batchRows, row.waiting].map((each) => each?.toPrecision(9)),
      [page.p50Ms, page.p99Ms, page.meanRows, page.waiting].map((each) => each?.toPrecision(9)),
      row.model,
    );
  }
});
