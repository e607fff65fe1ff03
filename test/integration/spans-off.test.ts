/** In a file of its own, and so in a process that has loaded nothing before. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { otlpReceiver } from '../support/otlp-receiver.js';
import { serve } from '../support/serve.js';
import { offerOf, settingsOf } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const path = writeModel(modelDirectory(after), 'good.onnx', identityModel('INT32'));

const loaded = (): readonly string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((each) =>
    // The client library of the metrics brings the interfaces.
    /@opentelemetry(?!.api\b)/.test(each),
  );

test('nothing of OpenTelemetry is loaded before spans are asked for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-spans-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const infer = async (trace: Settings['trace']): Promise<Headers> => {
    const server = await serve((end) => t.after(end), settingsOf([offerOf({ name: 'a', path })], { trace }));
    const reply = await server.post('/v2/models/a/infer', inferBody(tensor('input', 'INT32', [1], [7])));
    assert.equal(reply.status, 200);
    return reply.headers;
  };
  const off = settingsOf([]).trace;
  assert.equal((await infer(off)).has('traceparent'), false);
  assert.equal(
    (await infer({ ...off, file: join(folder, 't.json'), levels: ['TIMESTAMPS'], rate: 1 })).has(
      'traceparent',
    ),
    false,
  );
  assert.deepEqual(loaded(), []);

  const { url } = await otlpReceiver((end) => t.after(end));
  const options = { url, resource: {}, maxQueueSize: null, scheduleDelayMs: null, maxExportBatchSize: null };
  const spans = { ...off, mode: 'opentelemetry', spans: options, rate: 1 } as const;
  assert.equal((await infer(spans)).has('traceparent'), false);
  assert.equal((await infer({ ...spans, levels: ['TIMESTAMPS'] })).has('traceparent'), true);
  assert.ok(loaded().length > 0);
});
