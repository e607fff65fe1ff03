/** That no credential gets to where others look: traces in files and of OpenTelemetry, the live stream, and metrics. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import type { Settings } from '#config/settings.js';
import { accessOf, bearer, EVERYTHING, keyOf, policyOf } from '../support/access.js';
import { grpcClient, typedInput } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { otlpReceiver } from '../support/otlp-receiver.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
const path = writeModel(folder, 'm.onnx', identityModel('UINT8'));
const POLICY = policyOf({ admin: EVERYTHING });
const INFER = '/v2/models/m/infer';
const BODY = { inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], data: [7] }] };

function server(t: TestContext, trace: Partial<Settings['trace']>): Promise<TestServer> {
  const base = settingsOf([offerOf({ name: 'm', path })], { grpc: GRPC, access: accessOf(POLICY) });
  const whole = { ...base.trace, levels: ['TIMESTAMPS', 'TENSORS'] as const, rate: 1, ...trace };
  return serve((end) => t.after(end), { ...base, trace: whole });
}

/** Requests with credentials that are right and that are not, in every way there is to show one. */
async function askWithKeys(asked: TestServer): Promise<void> {
  const url = `http://127.0.0.1:${asked.port}${INFER}`;
  const send = (headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(url, { method: 'POST', headers: { ...headers }, body: JSON.stringify(BODY) });
  for (const [who, status] of [
    ['admin', 200],
    ['a-stranger', 401],
  ] as const) {
    assert.equal((await send(bearer(who))).status, status);
    assert.equal((await send({ 'x-api-key': keyOf(who) })).status, status);
  }
  const client = grpcClient(asked.grpcPort);
  for (const who of ['admin', 'a-stranger']) {
    const metadata = new Metadata();
    metadata.set('x-api-key', keyOf(who));
    const request = { model_name: 'm', inputs: [typedInput('input', 'UINT8', [1], { uint_contents: [7] })] };
    await new Promise((resolve) => client.raw['ModelInfer'](request, metadata, resolve));
  }
  client.close();
}

function assertNoSecret(told: string): void {
  for (const secret of ['that-nobody-may-read', 'fsk_', ...POLICY.keys.map(({ sha256 }) => sha256)]) {
    const at = told.indexOf(secret);
    assert.equal(at, -1, told.slice(Math.max(0, at - 200), at + 100));
  }
}

test('no credential is in a file of traces', async (t) => {
  const file = join(folder, 'traces.json');
  const asked = await server(t, { file });
  await askWithKeys(asked);
  await asked.stop();
  const told = readFileSync(file, 'utf8');
  assert.match(told, /"model_name":"m"/);
  assertNoSecret(told);
});

test('no credential is in a span, or in what carries spans', async (t) => {
  const receiver = await otlpReceiver((end) => t.after(end));
  const usual = { resource: {}, maxQueueSize: null, scheduleDelayMs: null, maxExportBatchSize: null };
  const asked = await server(t, { mode: 'opentelemetry', spans: { ...usual, url: receiver.url } });
  await askWithKeys(asked);
  await asked.stop();
  assert.ok(receiver.spans.length >= 3);
  const told = [receiver.spans, receiver.requests];
  assertNoSecret(JSON.stringify(told, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
});

test('no credential is in the live stream, nor in metrics', async (t) => {
  const asked = await server(t, {});
  await askWithKeys(asked);
  const leaving = new AbortController();
  const live = await fetch(`http://127.0.0.1:${asked.port}/v2/live`, {
    headers: { ...bearer('admin') },
    signal: leaving.signal,
  });
  let told = '';
  assert.ok(live.body);
  for await (const piece of live.body.pipeThrough(new TextDecoderStream())) {
    told += piece;
    if (/data:.*\n\n/.test(told)) break;
  }
  leaving.abort();
  const metrics = await fetch(`http://127.0.0.1:${asked.port}/metrics`, { headers: { ...bearer('admin') } });
  const figures = await metrics.text();
  assert.match(told, /"m"/);
  assert.match(figures, /nv_inference_request_success/);
  assertNoSecret(told + figures);
});
