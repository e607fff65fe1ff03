import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import type { Settings } from '#config/settings.js';
import { type ConfiguredVersion, PLAIN_BATCHING } from '#lifecycle/offer.js';
import type { SpanOptions } from '#tracing/span-options.js';
import { claimOf, stepOf } from '../support/ensembles.js';
import { type GrpcClient, grpcClient, nextOf, typedInput } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import { failingModel, identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { serve } from '../support/serve.js';
import { ensembleOffer, GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const good = writeModel(folder, 'good.onnx', identityModel('INT32'));
const fails = writeModel(folder, 'fails.onnx', failingModel());

interface Traced {
  readonly server: TestServer;
  readonly receiver: OtlpReceiver;
  readonly client: GrpcClient;
  infer(model: string, headers?: Record<string, string>, body?: object): Promise<Response>;
  /** Stops the server, which sends what is left. */
  spans(): Promise<readonly ReceivedSpan[]>;
}

/** A server with the models `a` and `fails`, or others, that sends its spans to a receiver unless `spans.url` says otherwise. */
async function serveTraced(
  t: TestContext,
  { spans: options, ...trace }: Partial<Settings['trace']> = {},
  models: readonly ConfiguredVersion[] = [
    offerOf({ name: 'a', path: good }),
    offerOf({ name: 'fails', path: fails }),
  ],
): Promise<Traced> {
  const receiver = await otlpReceiver((end) => t.after(end));
  const settings = settingsOf(models, {
    grpc: GRPC,
    trace: {
      ...settingsOf([]).trace,
      mode: 'opentelemetry',
      spans: { ...NO_OPTIONS, ...options, url: options?.url || receiver.url },
      levels: ['TIMESTAMPS'],
      rate: 1,
      ...trace,
    },
  });
  const server = await serve((end) => t.after(end), settings);
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  return {
    server,
    receiver,
    client,
    infer: (model, headers = {}, body = inferBody(tensor('input', 'INT32', [2], [7, -1]))) =>
      fetch(`http://127.0.0.1:${server.port}/v2/models/${model}/infer`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      }),
    async spans() {
      client.close();
      await server.stop();
      return receiver.spans;
    },
  };
}

/** The spans below one, by name; those that are there twice have a number. */
function tree(spans: readonly ReceivedSpan[], parent: ReceivedSpan): Record<string, object> {
  const children = spans.filter((span) => span.parentSpanId === parent.spanId);
  for (const child of children) {
    assert.equal(child.traceId, parent.traceId);
    assert.ok(child.startNs >= parent.startNs - 1000n && child.endNs <= parent.endNs + 1000n, child.name);
    assert.ok(child.startNs <= child.endNs);
  }
  return Object.fromEntries(children.map((child) => [child.name, tree(spans, child)]));
}

const one = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  assert.equal(found.length, 1, `spans ${name} among ${spans.map((span) => span.name)}`);
  return found[0] as ReceivedSpan;
};

const NO_OPTIONS: SpanOptions = {
  url: '',
  resource: {},
  maxQueueSize: null,
  // What a test sees was sent at the end.
  scheduleDelayMs: 600_000,
  maxExportBatchSize: null,
};

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT_ID = '00f067aa0ba902b7';
const SAMPLED = `00-${TRACE_ID}-${PARENT_ID}-01`;
const UNSAMPLED = `00-${TRACE_ID}-${PARENT_ID}-00`;
const COMPUTE = { input: {}, infer: {}, output: {} };
const CHILDREN = { receive: {}, queue: {}, compute: COMPUTE, respond: {} };
const REST_NAME = 'POST /v2/models/:model/infer';
const RPC_NAME = 'inference.GRPCInferenceService/ModelInfer';
const SERVER_KIND = 2;
const ERROR = 2;

test('over REST a request is a server span with its way below it, in the trace of the caller', async (t) => {
  const resource = { 'service.name': 'mine' };
  const { infer, spans } = await serveTraced(t, { spans: { ...NO_OPTIONS, resource } });
  // With a time limit of its own the call is not the one that came in.
  const parameters = { timeout: 60_000_000 };
  const body = { id: 'r1', parameters, ...inferBody(tensor('input', 'INT32', [2], [7, -1])) };
  const response = await infer('a', { traceparent: SAMPLED, tracestate: 'vendor=x' }, body);
  assert.equal(response.status, 200);
  const all = await spans();
  const root = one(all, REST_NAME);
  assert.equal(response.headers.get('traceparent'), `00-${TRACE_ID}-${root.spanId}-01`);
  assert.deepEqual([root.traceId, root.parentSpanId, root.kind], [TRACE_ID, PARENT_ID, SERVER_KIND]);
  assert.deepEqual(tree(all, root), CHILDREN);
  assert.ok(all.every((span) => span.traceState === 'vendor=x'));
  assert.deepEqual(
    { ...root.attributes, 'user_agent.original': undefined },
    {
      'http.request.method': 'POST',
      'http.route': '/v2/models/:model/infer',
      'url.path': '/v2/models/a/infer',
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'user_agent.original': undefined,
      'furiosa.model.name': 'a',
      'furiosa.model.version': '1',
      'furiosa.request.id': 'r1',
      'furiosa.request.rows': root.attributes['furiosa.request.rows'],
    },
  );
  assert.equal(root.status, 0);
  assert.equal(root.resource['service.name'], 'mine');
  const ageNs = BigInt(Date.now()) * 1_000_000n - root.endNs;
  assert.ok(ageNs > -5_000_000n && ageNs < 60_000_000_000n, `the end is ${ageNs} ns ago`);
});

test('over gRPC the same, with the context in the metadata', async (t) => {
  const { client, spans } = await serveTraced(t);
  const metadata = new Metadata();
  metadata.set('traceparent', SAMPLED);
  const request = { model_name: 'a', inputs: [typedInput('input', 'INT32', [1], { int_contents: [1] })] };
  const told = await new Promise<Metadata>((resolve, reject) => {
    const call = client.raw.ModelInfer(request, metadata, (error: unknown) => error && reject(error));
    call.on('metadata', resolve);
  });
  const all = await spans();
  const root = one(all, RPC_NAME);
  assert.deepEqual(told.get('traceparent'), [`00-${TRACE_ID}-${root.spanId}-01`]);
  assert.deepEqual([root.traceId, root.parentSpanId, root.kind], [TRACE_ID, PARENT_ID, SERVER_KIND]);
  assert.deepEqual(tree(all, root), CHILDREN);
  assert.deepEqual(
    [root.attributes['rpc.system'], root.attributes['rpc.service'], root.attributes['rpc.method']],
    ['grpc', 'inference.GRPCInferenceService', 'ModelInfer'],
  );
  assert.equal(root.attributes['rpc.grpc.status_code'], 0);
});

test('each request of a gRPC stream has spans of its own, all below the span of who opened it', async (t) => {
  const { client, spans } = await serveTraced(t);
  const metadata = new Metadata();
  metadata.set('traceparent', SAMPLED);
  const stream = client.stream('ModelStreamInfer', metadata);
  for (const id of ['one', 'two']) {
    const inputs = [typedInput('input', 'INT32', [1], { int_contents: [1] })];
    stream.write({ model_name: 'a', id, inputs });
    await nextOf(stream);
  }
  stream.end();
  const roots = (await spans()).filter((span) => span.kind === SERVER_KIND);
  assert.deepEqual(
    roots.map((span) => [span.name, span.parentSpanId, span.attributes['furiosa.request.id']]),
    ['one', 'two'].map((id) => ['inference.GRPCInferenceService/ModelStreamInfer', PARENT_ID, id]),
  );
  const { receive: _, ...streamed } = CHILDREN;
  for (const root of roots) assert.deepEqual(tree(await spans(), root), streamed);
});

test('what the caller has decided is kept to; else rate and count decide, whatever else the header says', async (t) => {
  const { server, infer, spans } = await serveTraced(t, { rate: 2, count: 1 });
  for (const traceparent of [SAMPLED, UNSAMPLED, SAMPLED]) {
    const { headers } = await infer('a', { traceparent });
    assert.equal(headers.has('traceparent'), traceparent === SAMPLED);
  }
  assert.equal((await server.get('/v2/trace/setting')).json.trace_count, '1');
  const told: boolean[] = [];
  for (const traceparent of ['', 'nonsense', `ff-${TRACE_ID}-${PARENT_ID}-01`, '', '']) {
    const { headers } = await infer('a', traceparent === '' ? {} : { traceparent });
    told.push(headers.has('traceparent'));
  }
  assert.deepEqual(told, [false, true, false, false, false]);
  const roots = (await spans()).filter((span) => span.kind === SERVER_KIND);
  assert.deepEqual(
    roots.map(({ parentSpanId }) => parentSpanId),
    [PARENT_ID, PARENT_ID, ''],
  );
  assert.notEqual(roots[2]?.traceId, TRACE_ID);
});

test('a failure is told on the span: as an error where the server is to blame, else as what it is', async (t) => {
  const { infer, spans } = await serveTraced(t);
  assert.equal((await infer('fails', {}, inferBody(tensor('index', 'INT64', [1], [7])))).status, 500);
  assert.equal((await infer('a', {}, inferBody(tensor('input', 'FP32', [1], [1])))).status, 400);
  const all = await spans();
  const [failed, refused] = all.filter((span) => span.kind === SERVER_KIND) as [ReceivedSpan, ReceivedSpan];
  assert.deepEqual(
    [failed.status, failed.attributes['error.type'], failed.attributes['http.response.status_code']],
    [ERROR, 'INTERNAL', 500],
  );
  assert.equal(failed.message, failed.attributes['error.message']);
  assert.deepEqual(tree(all, failed), { receive: {}, queue: {}, compute: {} });
  assert.equal(one(all, 'compute').status, ERROR);
  assert.deepEqual(
    [refused.status, refused.attributes['error.type'], refused.attributes['http.response.status_code']],
    [0, 'INVALID_ARGUMENT', 400],
  );
  assert.deepEqual(tree(all, refused), { receive: {} });
});

test('requests that are run together share the span of the run, which links to those that are traced', async (t) => {
  const rows = writeModel(folder, 'rows.onnx', identityModel('INT32', ['batch', 1]));
  const batching = { ...PLAIN_BATCHING, isAssumed: false, preferredRows: [3], maxDelayMs: 60_000 };
  const { client, infer, spans } = await serveTraced(t, { rate: 0 }, [
    offerOf({ name: 'rows', path: rows, maxBatchSize: 8, batching }),
  ]);
  const traceIds = ['a'.repeat(32), 'b'.repeat(32)];
  const [first, second] = traceIds.map((id) => `00-${id}-${PARENT_ID}-01`) as [string, string];
  const metadata = new Metadata();
  metadata.set('traceparent', second);
  const body = inferBody(tensor('input', 'INT32', [1, 1], [7]));
  const inputs = [typedInput('input', 'INT32', [1, 1], { int_contents: [1] })];
  const overGrpc = new Promise<void>((resolve, reject) => {
    client.raw.ModelInfer({ model_name: 'rows', inputs }, metadata, (error: unknown) =>
      error === null ? resolve() : reject(error),
    );
  });
  const replies = await Promise.all([
    infer('rows', { traceparent: first }, body),
    infer('rows', {}, body),
    overGrpc,
  ]);
  assert.deepEqual([replies[0].status, replies[1].status], [200, 200]);

  const all = await spans();
  const batch = one(all, 'batch');
  const roots = all.filter((span) => span.kind === SERVER_KIND);
  assert.deepEqual(roots.map((span) => span.traceId).sort(), traceIds);
  for (const root of roots) assert.deepEqual(tree(all, root), CHILDREN);
  const idsOf = ({ traceId, spanId }: Pick<ReceivedSpan, 'traceId' | 'spanId'>): string =>
    `${traceId} ${spanId}`;
  assert.deepEqual(batch.links.map(idsOf).sort(), roots.map(idsOf).sort());
  assert.deepEqual([batch.parentSpanId, traceIds.includes(batch.traceId)], ['', false]);
  assert.deepEqual(
    [batch.attributes['furiosa.batch.requests'], batch.attributes['furiosa.batch.rows']],
    [3, 3],
  );
  for (const compute of all.filter(({ name }) => name === 'compute')) {
    assert.deepEqual(compute.links.map(idsOf), [idsOf(batch)]);
    assert.deepEqual([compute.startNs, compute.endNs], [batch.startNs, batch.endNs]);
  }
});

test('a request that is cut into several runs has each of them', async (t) => {
  const rows = writeModel(folder, 'rows.onnx', identityModel('INT32', ['batch', 1]));
  const { infer, spans } = await serveTraced(t, {}, [
    offerOf({ name: 'rows', path: rows, maxBatchSize: 2, batching: { ...PLAIN_BATCHING, splitLarge: true } }),
  ]);
  const body = inferBody(tensor('input', 'INT32', [5, 1], [1, 2, 3, 4, 5]));
  assert.equal((await infer('rows', {}, body)).status, 200);
  const all = await spans();
  assert.deepEqual(
    all.filter(({ name }) => name === 'compute').map((span) => span.attributes['furiosa.batch.rows']),
    [2, 2, 1],
  );
  assert.equal(one(all, REST_NAME).attributes['furiosa.request.rows'], 5);
});

test('a request whose caller goes away has its spans, and no status', async (t) => {
  const rows = writeModel(folder, 'rows.onnx', identityModel('INT32', ['batch', 1]));
  const batching = { ...PLAIN_BATCHING, isAssumed: false, preferredRows: [2], maxDelayMs: 60_000 };
  const { server, spans } = await serveTraced(t, {}, [
    offerOf({ name: 'rows', path: rows, maxBatchSize: 2, batching }),
  ]);
  const caller = new AbortController();
  const left = fetch(`http://127.0.0.1:${server.port}/v2/models/rows/infer`, {
    method: 'POST',
    body: JSON.stringify(inferBody(tensor('input', 'INT32', [1, 1], [7]))),
    signal: caller.signal,
  });
  await server.inside(1);
  caller.abort();
  await assert.rejects(left);
  await server.inside(0);
  const [root, ...others] = await spans();
  assert.deepEqual(
    [root?.attributes['error.type'], root?.attributes['http.response.status_code'], root?.status],
    ['CANCELLED', undefined, 0],
  );
  assert.deepEqual(
    others.map(({ name }) => name),
    ['receive'],
  );
});

test('the steps of an ensemble are spans of their own, with the way through their models below them', async (t) => {
  const chain = ensembleOffer(
    'chain',
    [stepOf('a', { input: 'x' }, { output: 'y' }), stepOf('b', { input: 'y' }, { output: 'z' })],
    { inputs: [claimOf('x', 'INT32', [-1])], outputs: [claimOf('z', 'INT32', [-1])] },
  );
  const { infer, spans } = await serveTraced(t, {}, [
    chain,
    offerOf({ name: 'a', path: good }),
    offerOf({ name: 'b', path: good, version: 'two' }),
  ]);
  const response = await infer('chain', {}, inferBody(tensor('x', 'INT32', [2], [7, -1])));
  assert.equal(response.status, 200, await response.text());
  const all = await spans();
  const step = { queue: {}, compute: COMPUTE };
  assert.deepEqual(tree(all, one(all, REST_NAME)), {
    receive: {},
    'step a': step,
    'step b': step,
    respond: {},
  });
  assert.ok(one(all, 'step a').endNs <= one(all, 'step b').startNs);
  const { attributes } = one(all, 'step b');
  assert.deepEqual([attributes['furiosa.model.name'], attributes['furiosa.model.version']], ['b', 'two']);
  assert.equal(one(all, REST_NAME).attributes['furiosa.model.name'], 'chain');
});

test('a step that fails is told as the one that failed', async (t) => {
  const chain = ensembleOffer('chain', [stepOf('fails', { index: 'x' }, { picked: 'y' })], {
    inputs: [claimOf('x', 'INT64', [-1])],
    outputs: [claimOf('y', 'FP32', [-1])],
  });
  const { infer, spans } = await serveTraced(t, {}, [chain, offerOf({ name: 'fails', path: fails })]);
  const response = await infer('chain', {}, inferBody(tensor('x', 'INT64', [1], [7])));
  assert.equal(response.status, 500, await response.text());
  const all = await spans();
  const step = one(all, 'step fails');
  assert.equal(step.status, ERROR);
  assert.ok(one(all, REST_NAME).message.endsWith(step.message));
});

test('settings are told and changed while the server runs, the same over REST and gRPC', async (t) => {
  const { server, client, infer, spans } = await serveTraced(t, { levels: [] });
  const start = {
    trace_file: '',
    trace_level: ['OFF'],
    trace_rate: '1',
    trace_count: '-1',
    log_frequency: '0',
    trace_mode: 'opentelemetry',
  };
  assert.deepEqual((await server.get('/v2/trace/setting')).json, start);
  assert.equal((await infer('a', { traceparent: SAMPLED })).headers.has('traceparent'), false);
  const settings = { trace_level: { value: ['TIMESTAMPS'] }, trace_mode: { value: ['opentelemetry'] } };
  const told = (await client.call('TraceSetting', { model_name: 'a', settings })).settings;
  assert.deepEqual([told.trace_mode.value, told.trace_level.value], [['opentelemetry'], ['TIMESTAMPS']]);
  assert.equal((await infer('a')).headers.has('traceparent'), true);
  assert.equal((await infer('fails')).headers.has('traceparent'), false);
  assert.equal((await server.post('/v2/models/a/trace/setting', { trace_rate: '0' })).status, 200);
  assert.equal((await infer('a')).headers.has('traceparent'), false);
  assert.equal((await infer('a', { traceparent: SAMPLED })).headers.has('traceparent'), true);
  assert.equal((await spans()).filter((span) => span.kind === SERVER_KIND).length, 2);
});

const refused: [change: object, sentence: RegExp][] = [
  [{ trace_level: ['TENSORS'] }, /^'trace_level' cannot be TENSORS: spans hold no tensors; the trace mode/],
  [
    { trace_mode: 'triton' },
    /^'trace_mode' cannot be changed to triton: the server was started with opentel/,
  ],
];

test('what spans cannot do is refused in the same words both ways', async (t) => {
  const { server, client } = await serveTraced(t);
  for (const [change, sentence] of refused) {
    const reply = await server.post('/v2/trace/setting', change);
    const settings = Object.fromEntries(
      Object.entries(change).map(([name, value]) => [name, { value: [value].flat() }]),
    );
    const outcome = await client.fail('TraceSetting', { settings });
    assert.deepEqual([reply.status, outcome.code], [501, 12]);
    assert.match(reply.json.error, sentence);
    assert.equal(outcome.details, reply.json.error);
  }
});

test('spans are sent while the server runs, with what the resource says of it', async (t) => {
  const { receiver, infer } = await serveTraced(t, {
    spans: { ...NO_OPTIONS, scheduleDelayMs: 1 },
  });
  await infer('a');
  const [span] = await receiver.until((spans) => spans.some(({ name }) => name === 'respond'));
  assert.deepEqual(
    [span?.resource['service.name'], span?.resource['service.version']],
    ['furiosa-server', '0.0.0-test'],
  );
  assert.equal(receiver.requests[0]?.['content-type'], 'application/x-protobuf');
});

const collectors: [title: string, answer: (receiver: OtlpReceiver) => void, why: RegExp][] = [
  ['cannot be reached', (receiver) => receiver.close(), /ECONNREFUSED/],
  ['refuses them', (receiver) => receiver.refuse(400), /Bad Request/],
];

for (const [title, prepare, why] of collectors) {
  test(`a collector that ${title} is told of once, and hinders neither requests nor the end`, async (t) => {
    const heard = hearLog(t);
    process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '200';
    t.after(() => {
      delete process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
    });
    const other = await otlpReceiver((end) => t.after(end));
    prepare(other);
    const spans = { ...NO_OPTIONS, url: other.url.replace('//', '//user:secret@'), maxExportBatchSize: 8 };
    const { server, infer } = await serveTraced(t, { spans });
    for (const _ of [1, 2, 3]) assert.equal((await infer('a')).status, 200);
    await server.stop();
    const warnings = heard.filter((line) => /^(WARN|ERROR)/.test(line));
    assert.equal(warnings.length, 1, warnings.join('\n'));
    const [warning = ''] = warnings;
    assert.match(warning, /^WARN \d+ spans could not be sent to http:\/\/127.0.0.1:\d+\/v1\/traces: /);
    assert.match(warning, why);
    assert.ok(heard.every((line) => !line.includes('secret')));
  });
}

test('where too many spans wait, further traces are dropped whole, and the log says so', async (t) => {
  const heard = hearLog(t);
  const { infer, spans } = await serveTraced(t, {
    spans: { ...NO_OPTIONS, maxQueueSize: 20, maxExportBatchSize: 20 },
  });
  for (const _ of [1, 2, 3]) assert.equal((await infer('a')).status, 200);
  assert.equal((await spans()).length, 16);
  assert.deepEqual(
    heard.filter((line) => line.startsWith('WARN')),
    ['WARN 8 spans were dropped: too many wait to be sent'],
  );
});
