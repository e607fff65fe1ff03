import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { Settings } from '#config/settings.js';
import { serverProcess } from '../support/command.js';
import { type GrpcClient, grpcClient, nextOf, typedInput } from '../support/grpc-client.js';
import { failingModel, identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);
const good = writeModel(folder, 'good.onnx', identityModel('INT32'));
const fails = writeModel(folder, 'fails.onnx', failingModel());

/** An object of a trace file. */
interface Element {
  readonly id: number;
  readonly model_name?: string;
  readonly timestamps?: readonly { readonly name: string; readonly ns: number }[];
  readonly activity?: string;
  readonly tensor?: object;
}

interface Traced {
  readonly server: TestServer;
  readonly client: GrpcClient;
  readonly path: string;
  infer(model: string, id?: string): Promise<void>;
  /** Stops the server and reads the file. */
  traces(): Promise<readonly Element[]>;
}

/** A server with the models a and b that are alike, and `fails`, and a trace file unless `trace` says otherwise. */
async function serveTraced(t: TestContext, trace: Partial<Settings['trace']> = {}): Promise<Traced> {
  const place = mkdtempSync(join(tmpdir(), 'furiosa-trace-'));
  t.after(() => rmSync(place, { recursive: true }));
  const path = join(place, 'trace.json');
  const settings = settingsOf(
    [
      offerOf({ name: 'a', path: good }),
      offerOf({ name: 'b', path: good, version: 'two' }),
      offerOf({ name: 'fails', path: fails }),
    ],
    { grpc: GRPC, trace: { ...settingsOf([]).trace, file: path, ...trace } },
  );
  const server = await serve((end) => t.after(end), settings);
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  return {
    server,
    client,
    path,
    async infer(model, id) {
      const body = inferBody(tensor('input', 'INT32', [2], [7, -1]));
      const reply = await server.post(`/v2/models/${model}/infer`, id === undefined ? body : { ...body, id });
      assert.equal(reply.status, 200, reply.text);
    },
    async traces() {
      await server.stop();
      return JSON.parse(readFileSync(path, 'utf8'));
    },
  };
}

const namesOf = (element: Element | undefined): readonly string[] =>
  element?.timestamps?.map(({ name }) => name) ?? [];

const REQUEST = ['REQUEST_START', 'QUEUE_START'];
const COMPUTE = ['COMPUTE_START', 'COMPUTE_INPUT_END', 'COMPUTE_OUTPUT_START', 'COMPUTE_END'];
const END = ['INFER_RESPONSE_COMPLETE', 'REQUEST_END'];

test('settings are told and changed, of all models and of one, the same over REST and gRPC', async (t) => {
  const { server, client, path } = await serveTraced(t);
  const start = {
    trace_file: path,
    trace_level: ['OFF'],
    trace_rate: '1000',
    trace_count: '-1',
    log_frequency: '0',
    trace_mode: 'triton',
  };
  const told = await server.get('/v2/trace/setting');
  assert.deepEqual([told.status, told.json], [200, start]);
  assert.deepEqual((await server.get('/v2/models/a/trace/setting')).json, start);

  const changed = await server.post('/v2/trace/setting', { trace_rate: '5', trace_level: ['TIMESTAMPS'] });
  const ofAll = { ...start, trace_rate: '5', trace_level: ['TIMESTAMPS'] };
  assert.deepEqual([changed.status, changed.json], [200, ofAll]);

  const settings = { trace_level: { value: ['TENSORS'] }, trace_count: { value: ['3'] } };
  const ofA = (await client.call('TraceSetting', { model_name: 'a', settings })).settings;
  assert.deepEqual(ofA, {
    trace_file: { value: [path] },
    trace_level: { value: ['TENSORS'] },
    trace_rate: { value: ['5'] },
    trace_count: { value: ['3'] },
    log_frequency: { value: ['0'] },
    trace_mode: { value: ['triton'] },
  });
  assert.deepEqual((await server.get('/v2/models/a/trace/setting')).json, {
    ...ofAll,
    trace_level: ['TENSORS'],
    trace_count: '3',
  });
  assert.deepEqual((await server.get('/v2/models/b/trace/setting')).json, ofAll);

  // Back, one by null and the other by no values.
  const cleared = await server.post('/v2/models/a/trace/setting', { trace_level: null });
  assert.deepEqual(cleared.json, { ...ofAll, trace_count: '3' });
  await client.call('TraceSetting', { model_name: 'a', settings: { trace_count: {} } });
  assert.deepEqual((await server.get('/v2/models/a/trace/setting')).json, ofAll);
  const clear = { trace_rate: null, trace_level: null, trace_file: null };
  assert.deepEqual((await server.post('/v2/trace/setting', clear)).json, start);
});

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;
const refused: [model: string, body: object, status: number, code: number, sentence: RegExp][] = [
  [
    '',
    { log_frequency: '7', trace_rate: 'x' },
    400,
    INVALID_ARGUMENT,
    /^'trace_rate' must be an integer from 0/,
  ],
  [
    '',
    { log_frequency: '7', trace_rate: '0' },
    400,
    INVALID_ARGUMENT,
    /^'trace_rate' cannot be 0: that is for/,
  ],
  ['a', { log_frequency: '7', trace_level: ['ON'] }, 400, INVALID_ARGUMENT, /^'trace_level' must be OFF, or/],
  ['', { log_frequency: '7', rate: '1' }, 400, INVALID_ARGUMENT, /^tracing has no setting 'rate'; it has/],
  [
    'a',
    { log_frequency: '7', trace_file: 'x' },
    501,
    UNIMPLEMENTED,
    /^trace file location can not be updated through network protocol$/,
  ],
  [
    '',
    { log_frequency: '7', trace_mode: 'opentelemetry' },
    501,
    UNIMPLEMENTED,
    /^'trace_mode' cannot be changed to opentelemetry: the server was started with triton \(--trace-config mode=opentelemetry\)$/,
  ],
  ['nobody', { log_frequency: '7' }, 404, NOT_FOUND, /^Request for unknown model: 'nobody' is not found$/],
];

test('what is wrong with a setting is said in the same words both ways, and nothing is changed', async (t) => {
  const { server, client } = await serveTraced(t);
  for (const [model, body, status, code, sentence] of refused) {
    const path = model === '' ? '/v2/trace/setting' : `/v2/models/${model}/trace/setting`;
    const settings = Object.fromEntries(
      Object.entries(body).map(([name, value]) => [name, { value: [value].flat() }]),
    );
    const reply = await server.post(path, body);
    const outcome = await client.fail('TraceSetting', { model_name: model, settings });
    assert.deepEqual([reply.status, outcome.code], [status, code], reply.text);
    assert.match(reply.json.error, sentence);
    assert.equal(outcome.details, reply.json.error);
  }
  assert.equal((await server.get('/v2/models/nobody/trace/setting')).status, 404);
  assert.equal((await server.get('/v2/trace/setting')).json.log_frequency, '0');
  assert.equal((await server.get('/v2/models/a/trace/setting')).json.log_frequency, '0');
});

test('without a trace file tracing cannot be switched on, and the sentence names the option', async (t) => {
  const { server } = await serveTraced(t, { file: '' });
  const reply = await server.post('/v2/trace/setting', { trace_level: ['TIMESTAMPS'], trace_rate: '1' });
  assert.equal(reply.status, 400);
  assert.match(reply.json.error, /started without a trace file \(--trace-config file=PATH\)$/);
  const { json } = await server.get('/v2/trace/setting');
  assert.deepEqual([json.trace_file, json.trace_level, json.trace_rate], ['', ['OFF'], '1000']);
});

test('requests are traced from when that is asked for, with the timestamps of their way', async (t) => {
  const { server, infer, traces } = await serveTraced(t, { rate: 1 });
  await infer('a', 'before');
  await server.post('/v2/models/b/trace/setting', { trace_level: 'TIMESTAMPS' });
  await infer('a', 'not this model');
  await infer('b', 'mine');
  await server.post('/v2/models/b/trace/setting', { trace_level: 'OFF' });
  await infer('b', 'after');
  const [head, times, ...more] = await traces();
  assert.deepEqual(head, { id: 1, model_name: 'b', model_version: 'two', request_id: 'mine' });
  assert.deepEqual(namesOf(times), ['HTTP_RECV_START', ...REQUEST, ...COMPUTE, ...END]);
  const ns = times?.timestamps?.map((stamp) => stamp.ns) ?? [];
  assert.deepEqual(
    ns,
    ns.toSorted((a, b) => a - b),
    'they go forward',
  );
  assert.deepEqual(more, []);
});

test('tensors are traced as they were, though their bytes were given away', async (t) => {
  const { infer, traces } = await serveTraced(t, { rate: 1, levels: ['TENSORS'] });
  await infer('a');
  assert.deepEqual(await traces(), [
    { id: 1, model_name: 'a', model_version: 1 },
    {
      id: 1,
      activity: 'TENSOR_QUEUE_INPUT',
      tensor: { name: 'input', data: '7,-1', shape: '2', dtype: 'INT32' },
    },
    {
      id: 1,
      activity: 'TENSOR_BACKEND_OUTPUT',
      tensor: { name: 'output', data: '7,-1', shape: '2', dtype: 'INT32' },
    },
  ]);
});

test('over gRPC a call of one request says when it came; a request of a stream does not', async (t) => {
  const { client, traces } = await serveTraced(t, { rate: 1, levels: ['TIMESTAMPS'] });
  const request = {
    model_name: 'a',
    inputs: [typedInput('input', 'INT32', [1], { int_contents: [1] })],
  };
  await client.call('ModelInfer', request);
  const stream = client.stream('ModelStreamInfer');
  stream.write(request);
  await nextOf(stream);
  stream.end();
  const [, unary, , streamed] = await traces();
  assert.deepEqual(namesOf(unary), ['GRPC_WAITREAD_START', ...REQUEST, ...COMPUTE, ...END]);
  assert.deepEqual(namesOf(streamed), [...REQUEST, ...COMPUTE, ...END]);
});

test('a request that fails is traced as far as it came', async (t) => {
  const { server, traces } = await serveTraced(t, { rate: 1, levels: ['TIMESTAMPS'] });
  const raised = await server.post('/v2/models/fails/infer', inferBody(tensor('index', 'INT64', [1], [7])));
  const wrong = await server.post('/v2/models/a/infer', inferBody(tensor('input', 'FP32', [1], [1])));
  assert.deepEqual([raised.status, wrong.status], [500, 400], raised.text);
  const [, failed, , refusedAtOnce] = await traces();
  assert.deepEqual(namesOf(failed), ['HTTP_RECV_START', ...REQUEST, 'REQUEST_END']);
  assert.deepEqual(namesOf(refusedAtOnce), ['HTTP_RECV_START', 'REQUEST_START', 'REQUEST_END']);
});

test('rate, count and log frequency choose how many traces there are, and in which files', async (t) => {
  const { server, infer, path } = await serveTraced(t, {
    rate: 2,
    count: 3,
    levels: ['TIMESTAMPS'],
    logFrequency: 2,
  });
  for (let i = 1; i <= 9; i++) await infer('a', `r${i}`);
  assert.equal((await server.get('/v2/trace/setting')).json.trace_count, '0');
  await server.stop();
  const requestsIn = (file: string): readonly unknown[] =>
    JSON.parse(readFileSync(file, 'utf8')).flatMap((each: { request_id?: string }) => each.request_id ?? []);
  assert.deepEqual([requestsIn(`${path}.0`), requestsIn(`${path}.1`)], [['r2', 'r4'], ['r6']]);
  assert.deepEqual([existsSync(path), existsSync(`${path}.2`)], [false, false]);
});

test('the command takes --trace-config several times, and writes what is left when it is told to stop', async (t) => {
  const place = mkdtempSync(join(tmpdir(), 'furiosa-trace-'));
  t.after(() => rmSync(place, { recursive: true }));
  const path = join(place, 'trace.json');
  const model = ['--model-path', good, '--model-name', 'm', '--platform', 'cpu'];
  const trace = ['--trace-config', 'rate=1,level=TIMESTAMPS', '--trace-config', `triton,file=${path}`];
  const { port, child, logged, ended } = await serverProcess([...model, ...trace]);
  t.after(() => child.kill('SIGKILL'));
  await logged(/the model is ready/);
  const response = await fetch(`http://127.0.0.1:${port}/v2/models/m/infer`, {
    method: 'POST',
    body: JSON.stringify({ id: 'r', ...inferBody(tensor('input', 'INT32', [1], [7])) }),
  });
  assert.equal(response.status, 200, await response.text());
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
  const [head] = JSON.parse(readFileSync(path, 'utf8'));
  assert.deepEqual(head, { id: 1, model_name: 'm', model_version: 'default', request_id: 'r' });
});
