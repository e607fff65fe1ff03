import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PLAIN_QUEUE } from '#lifecycle/offer.js';
import { entered } from '../support/entered.js';
import { eventually } from '../support/eventually.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { readSeries, type Series, sumOf, valuesOf } from '../support/metrics.js';
import { bytesOf, identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const quickPath = writeModel(folder, 'quick.onnx', identityModel('FP32'));
const slowPath = writeModel(folder, 'slow.onnx', slowModel());
const end = atEnd(after);

let server: TestServer;
let client: GrpcClient;

before(async () => {
  const offers = [
    offerOf({ name: 'quick', path: quickPath }),
    offerOf({ name: 'slow', path: slowPath, queue: { ...PLAIN_QUEUE, maxSize: 4 } }),
  ];
  server = await serve(end, settingsOf(offers, { grpc: GRPC }));
  client = grpcClient(server.grpcPort);
  end(() => client.close());
});

const INFER = 'POST /v2/models/:model/infer';
const MODEL_INFER = '/inference.GRPCInferenceService/ModelInfer';

async function scrape(from: TestServer = server): Promise<Series> {
  const { status, text } = await from.get('/metrics');
  assert.equal(status, 200);
  return readSeries(text);
}

/** How requests of an operation ended, by code. */
function codesOf(series: Series, transport: string, operation: string): Readonly<Record<string, number>> {
  const begin = `transport="${transport}",operation="${operation}",code="`;
  const found = Object.entries(valuesOf(series, 'furiosa_requests_total'));
  return Object.fromEntries(
    found.flatMap(([labels, count]) =>
      labels.startsWith(begin) ? [[labels.slice(begin.length, -1), count]] : [],
    ),
  );
}

/** A counter of a model: the sum of its series. */
function countOf(series: Series, name: string, model: string): number {
  const found = Object.entries(valuesOf(series, name)).filter(([labels]) =>
    labels.startsWith(`model="${model}"`),
  );
  return sumOf(Object.fromEntries(found));
}

const quick = (datatype: string): object => inferBody(tensor('x', datatype, [4], [1, 2, 3, 4]));
const slow = (iterations: number): object => inferBody(tensor('iterations', 'INT64', [1], [iterations]));

async function quickOverGrpc(datatype: string): Promise<string> {
  const request = {
    model_name: 'quick',
    inputs: [{ name: 'x', datatype, shape: [4] }],
    raw_input_contents: [bytesOf(Float32Array.of(1, 2, 3, 4))],
  };
  return await client.call('ModelInfer', request).then(
    () => 'OK',
    ({ code }: { readonly code: number }) => (code === 3 ? 'INVALID_ARGUMENT' : String(code)),
  );
}

test('64 clients at a time over both protocols: every request is counted once, as its client saw it', async () => {
  const before = await scrape();
  const seen: Record<string, number> = {};
  const each = async (number: number): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      // Every fifth is wrong.
      const datatype = (number + i) % 5 === 0 ? 'INT32' : 'FP32';
      const code =
        number % 2 === 0
          ? String((await server.post('/v2/models/quick/infer', quick(datatype))).status)
          : await quickOverGrpc(datatype);
      seen[code] = (seen[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, number) => each(number)));
  assert.deepEqual(Object.keys(seen).sort(), ['200', '400', 'INVALID_ARGUMENT', 'OK']);
  assert.equal(sumOf(seen), 384);
  // The last answers may be with their clients a moment before the server hears that they have been sent.
  const series = await eventually(scrape, (found) => {
    const told = { ...codesOf(found, 'http', INFER), ...codesOf(found, 'grpc', MODEL_INFER) };
    return sumOf(told) === 384;
  });
  const told = { ...codesOf(series, 'http', INFER), ...codesOf(series, 'grpc', MODEL_INFER) };
  assert.deepEqual(Object.entries(told).sort(), Object.entries(seen).sort());
  const answered = (seen['200'] ?? 0) + (seen['OK'] ?? 0);
  const grown = (name: string): number => countOf(series, name, 'quick') - countOf(before, name, 'quick');
  assert.equal(grown('nv_inference_request_success'), answered);
  assert.equal(grown('nv_inference_request_failure'), 0);
  for (const phase of ['request', 'phase']) {
    const name = `furiosa_model_${phase}_duration_seconds_count`;
    assert.equal(grown(name), phase === 'phase' ? answered * 4 : answered, name);
  }
  assert.equal(grown('furiosa_batch_rows_count'), grown('nv_inference_exec_count'));
});

test('in an overload: what succeeded, was refused and was given up is all that was sent', async () => {
  const path = '/v2/models/slow/infer';
  const before = await scrape();
  const inside = entered(path);
  const running = server.post(path, slow(2000));
  await inside;
  const controller = new AbortController();
  const leaversInside = entered(path, 2);
  const leavers = [1, 2].map(() =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      method: 'POST',
      body: JSON.stringify(slow(1)),
      signal: controller.signal,
    }).catch(() => null),
  );
  await leaversInside;
  const waitingInside = entered(path, 2);
  const waiting = [1, 2].map(() => server.post(path, slow(1)));
  await waitingInside;
  // The queue is full.
  const refused = await Promise.all(Array.from({ length: 59 }, () => server.post(path, slow(1))));
  assert.deepEqual([...new Set(refused.map(({ status }) => status))], [503]);
  const full = await scrape();
  assert.equal(valuesOf(full, 'nv_inference_pending_request_count')['model="slow",version="1"'], 4);
  assert.ok((valuesOf(full, 'furiosa_queue_oldest_age_seconds')['model="slow",version="1"'] ?? 0) > 0);
  controller.abort();
  await Promise.all([running, ...waiting, ...leavers]);
  const ends = (found: Series): number => {
    const count = (name: string): number => countOf(found, name, 'slow') - countOf(before, name, 'slow');
    return count('nv_inference_request_success') + count('nv_inference_request_failure');
  };
  const series = await eventually(scrape, (found) => ends(found) === 64);
  const failures = valuesOf(series, 'nv_inference_request_failure');
  const ofSlow = (reason: string): number | undefined =>
    failures[`model="slow",version="1",reason="${reason}"`];
  assert.deepEqual(
    [countOf(series, 'nv_inference_request_success', 'slow'), ofSlow('REJECTED'), ofSlow('CANCELED')],
    [3, 59, 2],
  );
  const codes = codesOf(series, 'http', INFER);
  assert.deepEqual([codes['503'], codes['499']], [59, 2]);
});

test('an unload and a load lose no count', async () => {
  const success = (series: Series): number => countOf(series, 'nv_inference_request_success', 'quick');
  await server.post('/v2/models/quick/infer', quick('FP32'));
  const before = await scrape();
  await server.post('/v2/repository/models/quick/unload', {});
  const away = await eventually(
    scrape,
    (series) =>
      valuesOf(series, 'furiosa_model_instances')['model="quick",version="1",device="cpu"'] === undefined,
  );
  assert.equal(success(away), success(before));
  await server.post('/v2/repository/models/quick/load', {});
  await server.post('/v2/models/quick/infer', quick('FP32'));
  const after = await scrape();
  assert.equal(success(after), success(before) + 1);
  assert.equal(
    valuesOf(after, 'furiosa_model_loads_total')['model="quick",version="1",outcome="success"'],
    (valuesOf(before, 'furiosa_model_loads_total')['model="quick",version="1",outcome="success"'] ?? 0) + 1,
  );
  // V2's statistics are of the newest load, as in Triton.
  const [{ inference_stats: stats }] = (await server.get('/v2/models/quick/stats')).json.model_stats;
  assert.equal(stats.success.count, 1);
});

test('whatever callers invent, there are no more series for it', async () => {
  await server.post('/v2/models/nobody/infer', quick('FP32'));
  await server.get('/nowhere');
  await client.fail('ModelReady', { name: 'nobody' });
  const before = await scrape();
  for (let i = 0; i < 40; i++) {
    await server.post(`/v2/models/nobody-${i}/versions/${i}/infer`, quick('FP32'));
    await server.post(`/v2/models/nobody-${i}/infer`, quick('FP32'));
    await server.get(`/nowhere-${i}`);
    await client.fail('ModelReady', { name: `nobody-${i}` });
  }
  const after = await scrape();
  const invented = [...after.keys()].filter((line) => line.includes('nobody') || line.includes('nowhere'));
  assert.deepEqual(invented, []);
  const more = [...after.keys()].filter((line) => !before.has(line) && !line.includes('nodejs_gc'));
  const unexpected = more.filter(
    (line) => !line.includes('operation="POST /v2/models/:model/versions/:version/infer"'),
  );
  assert.deepEqual(unexpected, []);
});

test('exemplars are told in OpenMetrics, and only there', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const address = `http://127.0.0.1:${server.port}`;
  await fetch(`${address}/v2`, { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  const scraped = async (accept: string): Promise<string> =>
    await (await fetch(`${address}/metrics`, { headers: { accept } })).text();
  const open = await eventually(
    () => scraped('application/openmetrics-text'),
    (text) => text.includes(trace),
  );
  const pattern = `operation="GET /v2",le="[\\d.]+"} \\d+ # {trace_id="${trace}"} [\\d.e-]+ \\d+`;
  assert.match(open, new RegExp(pattern));
  assert.ok(!(await scraped('text/plain')).includes(trace));
});

test('a reload of the configuration that fails is told', async () => {
  await server.post('/v2/repository/reload', {});
  const series = await scrape();
  assert.deepEqual(valuesOf(series, 'furiosa_config_reloads_total'), {
    'outcome="success"': 0,
    'outcome="failure"': 1,
  });
  assert.equal(series.get('furiosa_config_last_reload_successful'), 0);
});

test('a port of their own has the metrics alone, and the HTTP port says so', async (t) => {
  const metrics = { isOn: true, port: 0, intervalMs: 0 };
  const apart = await serve((end) => t.after(end), settingsOf([], { metrics }));
  const { metricsPort } = apart.server;
  assert.ok(metricsPort !== null && metricsPort !== apart.port);
  const there = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
  assert.equal(there.status, 200);
  assert.match(await there.text(), /^furiosa_server_ready 1$/m);
  assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/v2`)).status, 404);
  const { status, json } = await apart.get('/metrics');
  assert.deepEqual([status, json.error], [501, 'the metrics have a port of their own (--metrics-port)']);
});

test('a metrics port that is taken: the server does not start, says which option, and leaves nothing open', async (t) => {
  const taken = await serve((end) => t.after(end), settingsOf([]));
  const metrics = { isOn: true, port: taken.port, intervalMs: 0 };
  await assert.rejects(
    serve((end) => t.after(end), settingsOf([], { metrics, grpc: GRPC })),
    /cannot listen on http:\/\/127\.0\.0\.1:\d+: the port is in use by another process \(--metrics-port chooses another\)/,
  );
});
