import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestChannel } from '#core/request-record.js';
import { serve } from '../support/serve.js';
import { settingsOf } from '../support/server.js';

test('where metrics are off, nobody listens to requests, and the answer says how to have them', async (t) => {
  const metrics = { isOn: false, port: null, intervalMs: 0 };
  const server = await serve((end) => t.after(end), settingsOf([], { metrics }));
  assert.equal(requestChannel.hasSubscribers, false);
  const { status, json } = await server.get('/metrics');
  assert.deepEqual(
    [status, json.error],
    [501, "there are no metrics: start the server with '--allow-metrics=true' to have them"],
  );
});

test('a server that has stopped listens no more', async () => {
  const ends: (() => unknown)[] = [];
  await serve((end) => ends.push(end), settingsOf([]));
  assert.equal(requestChannel.hasSubscribers, true);
  for (const end of ends) await end();
  assert.equal(requestChannel.hasSubscribers, false);
});
