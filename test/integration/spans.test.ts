import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import type { Settings } from '#config/settings.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { type GrpcClient, grpcClient, nextOf, typedInput } from '../support/grpc-client.js';
import { failingModel, identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
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

async function serveTraced(
  t: TestContext,
  trace: Partial<Settings['trace']> = {},
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
      spans: {
        url: receiver.url,
        resource: { 'service.name': 'mine' },
        maxQueueSize: null,
        scheduleDelayMs: 600_000,
        maxExportBatchSize: null,
      },
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
  const { infer, spans } = await serveTraced(t);
  const body = { id: 'r1', ...inferBody(tensor('input', 'INT32', [2], [7, -1])) };
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
