/** Models that are graphs of other models, with real engines behind every step. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { DEFAULT_CONTROL } from '#control/options.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { answeredOutputs, binaryBody, postBytes } from '../support/binary.js';
import { bytesOfList } from '../support/elements.js';
import { claimOf, stepOf } from '../support/ensembles.js';
import { entered } from '../support/entered.js';
import { grpcClient, typedInput } from '../support/grpc-client.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  modelDirectory,
  slowModel,
  tensorInfo,
  writeModel,
} from '../support/onnx-models.js';
import { encodeModel } from '../support/onnx-writer.js';
import { outputsOf } from '../support/outputs.js';
import { indexOf, untilState } from '../support/repository.js';
import { serve } from '../support/serve.js';
import { ensembleOffer, GRPC, offerOf, type Reply, settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

const folder = modelDirectory(after);

/** `y` is one operator of `x`, in FP32 [batch, 4]. */
function elementWise(op: string): Uint8Array {
  return encodeModel({
    graph: {
      nodes: [{ op, inputs: ['x'], outputs: ['y'] }],
      inputs: [tensorInfo('x', 'FP32', ['batch', 4])],
      outputs: [tensorInfo('y', 'FP32', ['batch', 4])],
    },
  });
}

const files = {
  sigmoid: elementWise('Sigmoid'),
  exp: elementWise('Exp'),
  tanh: elementWise('Tanh'),
  addsub: addSubModel('FP32', ['batch', 4]),
  words: identityModel('BYTES', ['n']),
  numbers: identityModel('INT64', ['n']),
  failing: failingModel(),
  slow: slowModel(),
  mean: identityModel('FP32', ['rows', 'columns']),
};
type FileName = keyof typeof files;
const paths = Object.fromEntries(
  Object.entries(files).map(([name, bytes]) => [name, writeModel(folder, `${name}.onnx`, bytes)]),
) as Record<FileName, string>;

const single = (name: FileName, parts: Partial<ConfiguredVersion> = {}): ConfiguredVersion =>
  offerOf({ name, path: paths[name], ...parts });

/** in -> sigmoid -> s -> exp, tanh -> addsub -> sum, difference; s is an output too. */
const DIAMOND_STEPS = [
  stepOf('addsub', { INPUT0: 'e', INPUT1: 't' }, { OUTPUT0: 'sum', OUTPUT1: 'difference' }),
  stepOf('exp', { x: 's' }, { y: 'e' }),
  stepOf('tanh', { x: 's' }, { y: 't' }),
  stepOf('sigmoid', { x: 'in' }, { y: 's' }),
];
const DIAMOND_TENSORS = {
  inputs: [claimOf('in', 'FP32', [-1, 4])],
  outputs: ['sum', 'difference', 's'].map((name) => claimOf(name, 'FP32', [-1, 4])),
};
const diamond = ensembleOffer('diamond', DIAMOND_STEPS, DIAMOND_TENSORS);
const diamondModels = [single('sigmoid'), single('exp'), single('tanh'), single('addsub')];

const echo = ensembleOffer(
  'echo',
  [
    stepOf('words', { input: 'in' }, { output: 'once' }),
    stepOf('words/1', { input: 'once' }, { output: 'out' }),
  ],
  { inputs: [claimOf('in', 'BYTES', [-1])], outputs: [claimOf('out', 'BYTES', [-1])] },
);

const picker = ensembleOffer(
  'picker',
  [
    stepOf('numbers', { input: 'wish' }, { output: 'index' }),
    stepOf('failing', { index: 'index' }, { picked: 'picked' }),
  ],
  {
    inputs: [claimOf('wish', 'INT64', [-1])],
    outputs: [claimOf('index', 'INT64', [-1]), claimOf('picked', 'FP32', [-1])],
  },
);

const slowly = ensembleOffer(
  'slowly',
  [
    stepOf('slow', { iterations: 'count' }, { y: 'one' }),
    stepOf('mean', { input: 'one' }, { output: 'out' }),
  ],
  { inputs: [claimOf('count', 'INT64', [1])], outputs: [claimOf('out', 'FP32', [1, 1])] },
);

/** An ensemble of which one step is an ensemble. */
const nested = ensembleOffer(
  'nested',
  [
    stepOf('tanh', { x: 'in' }, { y: 'calm' }),
    stepOf('diamond', { in: 'calm' }, { sum: 'sum', s: 'between' }),
    stepOf('addsub', { INPUT0: 'sum', INPUT1: 'between' }, { OUTPUT1: 'out' }),
  ],
  { inputs: [claimOf('in', 'FP32', [-1, 4])], outputs: [claimOf('out', 'FP32', [-1, 4])] },
);

// Ensembles first: they are loaded when what they need is there, wherever that is listed.
const models = [
  nested,
  diamond,
  echo,
  picker,
  slowly,
  ...diamondModels,
  single('words'),
  single('numbers'),
  single('failing'),
  single('slow'),
  single('mean'),
];
const server: TestServer = await serve(after, settingsOf(models, { grpc: GRPC, maxQueueSize: 1024 }));
const client = grpcClient(server.grpcPort);
after(() => client.close());

type Feeds = Record<string, Float32Array>;

/** One model by itself, without the server. */
async function byHand(name: FileName, feeds: Feeds): Promise<Feeds> {
  const session = await InferenceSession.create(paths[name]);
  const inputs = Object.entries(feeds).map(([key, data]) => [
    key,
    new OrtTensor('float32', data, [data.length / 4, 4]),
  ]);
  const outputs = await session.run(Object.fromEntries(inputs));
  await session.release();
  return Object.fromEntries(Object.entries(outputs).map(([key, { data }]) => [key, data as Float32Array]));
}

async function diamondByHand(data: Float32Array): Promise<Feeds> {
  const { y: s = data } = await byHand('sigmoid', { x: data });
  const { y: e = data } = await byHand('exp', { x: s });
  const { y: t = data } = await byHand('tanh', { x: s });
  const { OUTPUT0: sum = data, OUTPUT1: difference = data } = await byHand('addsub', {
    INPUT0: e,
    INPUT1: t,
  });
  return { sum, difference, s };
}

/** Elements that differ from one another and from those of other seeds. */
function elements(rows: number, seed = 0): Float32Array {
  return Float32Array.from({ length: rows * 4 }, (_, i) => Math.sin(i * 0.7 + seed) * 2);
}

const BINARY = { 'content-type': 'application/octet-stream' };

/** The outputs of a binary request, by name. */
async function inferBinary(
  model: string,
  data: Float32Array,
  outputs: readonly string[] | 'all' = 'all',
): Promise<Record<string, Uint8Array>> {
  const shape = [data.length / 4, 4];
  const input = { name: 'in', datatype: 'FP32', shape, parameters: { binary_data_size: data.byteLength } };
  const wanted = outputs === 'all' ? {} : { outputs: outputs.map((name) => ({ name })) };
  const head = { inputs: [input], ...wanted, parameters: { binary_data_output: true } };
  const { body, jsonBytes } = binaryBody(head, bytesOf(data));
  const reply = await postBytes(server.port, `/v2/models/${model}/infer`, body, {
    ...BINARY,
    'inference-header-content-length': String(jsonBytes),
  });
  assert.equal(reply.status, 200, reply.body.toString());
  return Object.fromEntries(
    answeredOutputs(reply).map(({ name, bytes }) => [name, bytes ?? new Uint8Array()]),
  );
}

/** The same bytes, told as numbers where they are not. */
function sameBits(found: Uint8Array | undefined, wanted: Float32Array | undefined): void {
  assert.ok(found && wanted);
  assert.deepEqual(new Uint8Array(found), bytesOf(wanted));
}

// The larger ones are moved between threads and not copied, and the largest comes back to be used again.
for (const rows of [1, 3, 400, 40_000]) {
  test(`a diamond of ${rows} rows has the same bits as its models one after the other, over REST and gRPC`, async () => {
    const data = elements(rows);
    const wanted = await diamondByHand(data);
    const answered = await inferBinary('diamond', data);
    assert.deepEqual(Object.keys(answered), ['sum', 'difference', 's']);
    for (const [name, bytes] of Object.entries(answered)) sameBits(bytes, wanted[name]);
    const answer = await client.call('ModelInfer', {
      model_name: 'diamond',
      inputs: [{ name: 'in', datatype: 'FP32', shape: [rows, 4] }],
      raw_input_contents: [bytesOf(data)],
    });
    assert.deepEqual(
      answer.outputs.map(({ name, shape }: { name: string; shape: string[] }) => [name, shape.map(Number)]),
      ['sum', 'difference', 's'].map((name) => [name, [rows, 4]]),
    );
    for (const [i, { name }] of answer.outputs.entries())
      sameBits(answer.raw_output_contents[i], wanted[name]);
  });
}

test('the same over JSON and typed contents', async () => {
  const data = elements(2);
  const { sum = data } = await diamondByHand(data);
  const reply = await server.post('/v2/models/diamond/infer', {
    ...inferBody(tensor('in', 'FP32', [2, 4], [...data])),
    outputs: [{ name: 'sum' }],
  });
  assert.equal(reply.status, 200, reply.text);
  // The shortest decimals that mean the same FP32.
  sameBits(bytesOf(Float32Array.from(reply.json.outputs[0].data)), sum);
  const typed = await client.call('ModelInfer', {
    model_name: 'diamond',
    inputs: [typedInput('in', 'FP32', [2, 4], { fp32_contents: [...data] })],
    outputs: [{ name: 'sum' }],
  });
  sameBits(typed.raw_output_contents[0], sum);
});

const executionsOf = async (model: string): Promise<number> =>
  (await server.get(`/v2/models/${model}/stats`)).json.model_stats[0].execution_count;

test('only what is asked for is answered, in that order, and only the steps that it needs are run', async () => {
  const data = elements(2);
  const wanted = await diamondByHand(data);
  const before = await Promise.all(['sigmoid', 'exp', 'addsub'].map(executionsOf));
  const first = await inferBinary('diamond', data, ['s']);
  assert.deepEqual(Object.keys(first), ['s']);
  sameBits(first['s'], wanted['s']);
  const after = await Promise.all(['sigmoid', 'exp', 'addsub'].map(executionsOf));
  assert.deepEqual(
    after.map((count, i) => count - (before[i] ?? 0)),
    [1, 0, 0],
  );
  const two = await inferBinary('diamond', data, ['s', 'difference']);
  assert.deepEqual(Object.keys(two), ['s', 'difference']);
  sameBits(two['difference'], wanted['difference']);
  sameBits(two['s'], wanted['s']);
});

test('an ensemble can be a step of another', async () => {
  const data = elements(3);
  const { y: calm = data } = await byHand('tanh', { x: data });
  const { sum = data, s = data } = await diamondByHand(calm);
  const { OUTPUT1: wanted } = await byHand('addsub', { INPUT0: sum, INPUT1: s });
  sameBits((await inferBinary('nested', data))['out'], wanted);
});

test('byte strings pass through steps as they are', async () => {
  const words = ['', 'ä', 'two words', 'x'.repeat(10_000)];
  const reply = await server.post('/v2/models/echo/infer', inferBody(tensor('in', 'BYTES', [4], words)));
  assert.deepEqual(outputsOf(reply), [['out', 'BYTES', [4], words]]);
  const answer = await client.call('ModelInfer', {
    model_name: 'echo',
    inputs: [{ name: 'in', datatype: 'BYTES', shape: [4] }],
    raw_input_contents: [bytesOfList('BYTES', words)],
  });
  assert.deepEqual(new Uint8Array(answer.raw_output_contents[0]), bytesOfList('BYTES', words));
});

test('200 requests at once: each gets the answer to its own input', async () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  const answers = await Promise.all(
    seeds.map(
      async (seed) =>
        await inferBinary(seed % 2 === 0 ? 'diamond' : 'nested', elements(1 + (seed % 5), seed)),
    ),
  );
  for (const seed of [0, 42, 198]) {
    const wanted = await diamondByHand(elements(1 + (seed % 5), seed));
    for (const name of ['sum', 'difference', 's']) sameBits(answers[seed]?.[name], wanted[name]);
  }
  assert.equal(answers.filter(({ out, sum }) => (out ?? sum) !== undefined).length, 200);
});

test('a failed step fails the request with where it was, the same over REST and gRPC, and the next one is served', async () => {
  const reply = await server.post('/v2/models/picker/infer', inferBody(tensor('wish', 'INT64', [1], [7])));
  assert.equal(reply.status, 500);
  assert.match(reply.json.error, /^ensemble 'picker', step\[1\] \(model 'failing'\): .*indices.*/);
  const told = await client.fail('ModelInfer', {
    model_name: 'picker',
    inputs: [typedInput('wish', 'INT64', [1], { int64_contents: ['7'] })],
  });
  assert.equal(told.details, reply.json.error);
  const good = await server.post('/v2/models/picker/infer', inferBody(tensor('wish', 'INT64', [2], [2, 0])));
  assert.deepEqual(outputsOf(good), [
    ['index', 'INT64', [2], [2, 0]],
    ['picked', 'FP32', [2], [30, 10]],
  ]);
  const first = await server.post('/v2/models/picker/infer', {
    ...inferBody(tensor('wish', 'INT64', [1], [7])),
    outputs: [{ name: 'index' }],
  });
  assert.deepEqual(outputsOf(first), [['index', 'INT64', [1], [7]]], 'the failing step is not needed');
});

test('a request that does not fit is refused as by any other model', async () => {
  const wrong: [body: object, sentence: RegExp][] = [
    [
      inferBody(tensor('in', 'FP32', [1, 5], [1, 2, 3, 4, 5])),
      /unexpected shape for input 'in' for model 'diamond'/,
    ],
    [
      inferBody(tensor('in', 'INT8', [1, 4], [1, 2, 3, 4])),
      /'in' data-type is 'INT8', but model 'diamond' expects 'FP32'/,
    ],
    [
      { ...inferBody(tensor('in', 'FP32', [1, 4], [1, 2, 3, 4])), outputs: [{ name: 'e' }] },
      /unexpected inference output 'e' for model 'diamond'; it has 'sum','difference','s'/,
    ],
  ];
  for (const [body, sentence] of wrong) {
    const reply = await server.post('/v2/models/diamond/infer', body);
    assert.equal(reply.status, 400, reply.text);
    assert.match(reply.json.error, sentence);
  }
});

const iterations = (count: number, parameters: object = {}): object => ({
  ...inferBody(tensor('count', 'INT64', [1], [count])),
  parameters,
});

test('a deadline that passes while a step runs ends the request before the next one', async () => {
  const before = await executionsOf('mean');
  // The first step begins at once and takes far longer than a millisecond.
  const reply = await server.post('/v2/models/slowly/infer', iterations(300, { timeout: 1000 }));
  assert.equal(reply.status, 504, reply.text);
  assert.match(
    reply.json.error,
    /^ensemble 'slowly', step\[[01]\] \(model '(slow|mean)'\): the request's deadline (passed|would have passed) before (it was run|its answer was there)$/,
  );
  assert.equal(await executionsOf('mean'), before);
  const late = await server.post('/v2/models/slowly/infer', iterations(1, { timeout: 60_000_000 }));
  assert.deepEqual(outputsOf(late), [['out', 'FP32', [1, 1], [1]]]);
});

/** The answer to come of a request that is inside the server when this settles. */
async function begin(path: string, body: object): Promise<{ readonly reply: Promise<Reply> }> {
  const inside = entered(path);
  const reply = server.post(path, body);
  await inside;
  return { reply };
}

test('without its caller a request goes no further, and nothing is left of it', async () => {
  const path = '/v2/models/slowly/infer';
  const before = await executionsOf('mean');
  const failed = async (): Promise<number> =>
    (await server.get('/v2/models/slowly/stats')).json.model_stats[0].inference_stats.fail.count;
  const failedBefore = await failed();
  const inside = entered(path);
  const controller = new AbortController();
  const gone = fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    body: JSON.stringify(iterations(500)),
    signal: controller.signal,
  }).catch(({ name }: Error) => name);
  await inside;
  controller.abort();
  assert.equal(await gone, 'AbortError');
  // Behind it on the one copy of the slow model.
  const next = await server.post(path, iterations(1));
  assert.equal(next.status, 200, next.text);
  await server.inside(0);
  assert.equal(await executionsOf('mean'), before + 1);
  assert.equal(await failed(), failedBefore + 1);
});

test('an unload of a step waits for the requests that are inside, and the ensemble then says what it lacks', async () => {
  const path = '/v2/models/slowly/infer';
  const { reply } = await begin(path, iterations(200));
  assert.equal((await server.post('/v2/repository/models/mean/unload', '')).status, 200);
  const refused = await server.post(path, iterations(1));
  assert.equal(refused.status, 503);
  assert.match(
    refused.json.error,
    /^model 'slowly' version 1 is not at ready state: step\[1\] cannot run, because model 'mean' version 1 is not at ready state: it is (being unloaded|not loaded)$/,
  );
  assert.equal((await reply).status, 200, 'the request that was inside is finished');
  await untilState(server, 'mean', 'UNAVAILABLE');

  assert.equal((await server.get('/v2/models/slowly/ready')).status, 503);
  assert.equal((await server.get('/v2/models/slowly')).status, 503);
  assert.equal((await server.get('/v2/health/ready')).status, 503, 'the ensemble is wanted');
  const line = (await indexOf(server)).find(({ name }) => name === 'slowly');
  assert.equal(line?.state, 'UNAVAILABLE');
  assert.match(line?.reason ?? '', /^step\[1\] cannot run, because model 'mean' version 1/);
  const { ready } = await client.call('ModelReady', { name: 'slowly' });
  assert.ok(!ready); // gRPC leaves false out
  const told = await client.fail('ModelInfer', {
    model_name: 'slowly',
    inputs: [typedInput('count', 'INT64', [1], { int64_contents: ['1'] })],
  });
  assert.match(
    told.details,
    /step\[1\] cannot run, because model 'mean' version 1 is not at ready state: it is not loaded$/,
  );

  assert.equal((await server.post('/v2/repository/models/mean/load', '')).status, 200);
  assert.equal((await server.get('/v2/models/slowly/ready')).status, 200);
  assert.deepEqual(outputsOf(await server.post(path, iterations(1))), [['out', 'FP32', [1, 1], [1]]]);
});

test('metadata, configuration and index tell that it is an ensemble, and of what', async () => {
  const { json } = await server.get('/v2/models/diamond');
  assert.deepEqual([json.platform, json.versions, json.properties ?? {}], ['ensemble', ['1'], {}]);
  assert.deepEqual(json.inputs, [{ name: 'in', datatype: 'FP32', shape: [-1, 4] }]);
  assert.deepEqual(
    json.outputs.map(({ name }: { name: string }) => name),
    ['sum', 'difference', 's'],
  );
  const config = (await server.get('/v2/models/diamond/config')).json;
  assert.deepEqual([config.platform, config.backend, config.max_batch_size], ['ensemble', '', 2 ** 31 - 1]);
  assert.deepEqual([config.instance_group, config.input[0].dims], [[], [4]]);
  assert.deepEqual(config.ensemble_scheduling.step[1], {
    model_name: 'exp',
    model_version: -1,
    input_map: { x: 's' },
    output_map: { y: 'e' },
    model_namespace: '',
  });
  const told = await client.call('ModelConfig', { name: 'echo' });
  assert.deepEqual(
    told.config.ensemble_scheduling.step.map(({ model_name, model_version }: Record<string, string>) => [
      model_name,
      model_version,
    ]),
    [
      ['words', '-1'],
      ['words', '1'],
    ],
  );
  assert.ok((await indexOf(server)).some(({ name, state }) => name === 'nested' && state === 'READY'));
});

test('an ensemble counts its requests and rows, and the time of its steps together', async () => {
  const offers = [diamond, ...diamondModels];
  const own = await serve((end) => after(end), settingsOf(offers));
  for (const rows of [1, 3]) {
    const body = inferBody(tensor('in', 'FP32', [rows, 4], [...elements(rows)]));
    assert.equal((await own.post('/v2/models/diamond/infer', body)).status, 200);
  }
  const { model_stats } = (await own.get('/v2/models/stats')).json;
  type Stats = {
    name: string;
    inference_count: number;
    execution_count: number;
    inference_stats: Record<string, { count: number; ns: number }>;
    batch_stats: { batch_size: number }[];
  };
  const of = (name: string): Stats => model_stats.find((each: Stats) => each.name === name);
  const { inference_count, execution_count, inference_stats, batch_stats } = of('diamond');
  assert.deepEqual([inference_count, execution_count], [4, 2]);
  assert.deepEqual(
    batch_stats.map(({ batch_size }) => batch_size),
    [1, 3],
  );
  assert.deepEqual([inference_stats['success']?.count, inference_stats['fail']?.count], [2, 0]);
  for (const part of ['queue', 'compute_input', 'compute_infer', 'compute_output']) {
    const sum = ['sigmoid', 'exp', 'tanh', 'addsub'].reduce(
      (ns, name) => ns + (of(name).inference_stats[part]?.ns ?? Number.NaN),
      0,
    );
    assert.equal(inference_stats[part]?.count, 2);
    // Each is rounded to whole nanoseconds.
    assert.ok(
      Math.abs((inference_stats[part]?.ns ?? 0) - sum) <= 8,
      `${part}: ${inference_stats[part]?.ns} and ${sum}`,
    );
  }
});

test('a trace of an ensemble has no times of an engine, which are sums and no moments', async (t) => {
  const file = join(folder, 'trace.json');
  const plain = settingsOf([]).trace;
  const trace = { ...plain, file, levels: ['TIMESTAMPS' as const], rate: 1, count: 1 };
  const own = await serve((end) => t.after(end), settingsOf([diamond, ...diamondModels], { trace }));
  const body = inferBody(tensor('in', 'FP32', [1, 4], [...elements(1)]));
  assert.equal((await own.post('/v2/models/diamond/infer', body)).status, 200);
  await own.stop();
  const written: { timestamps?: { name: string }[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    written.flatMap(({ timestamps }) => timestamps?.map(({ name }) => name) ?? []),
    ['HTTP_RECV_START', 'REQUEST_START', 'QUEUE_START', 'INFER_RESPONSE_COMPLETE', 'REQUEST_END'],
  );
});

test('loading an ensemble loads what it needs, and nothing else', async (t) => {
  const offers = [nested, diamond, ...diamondModels, single('words')];
  const own = await serve(
    (end) => t.after(end),
    settingsOf(offers, { control: { ...DEFAULT_CONTROL, startWith: [] } }),
  );
  const states = async (): Promise<object> =>
    Object.fromEntries((await indexOf(own)).map(({ name, state }) => [name, state]));
  assert.equal((await own.post('/v2/repository/models/nested/load', '')).status, 200);
  const loaded = {
    nested: 'READY',
    diamond: 'READY',
    sigmoid: 'READY',
    exp: 'READY',
    tanh: 'READY',
    addsub: 'READY',
  };
  assert.deepEqual(await states(), { ...loaded, words: 'UNAVAILABLE' });
  assert.equal((await own.post('/v2/repository/models/diamond/unload', '')).status, 200);
  await untilState(own, 'diamond', 'UNAVAILABLE');
  assert.deepEqual(await states(), {
    ...loaded,
    nested: 'UNAVAILABLE',
    diamond: 'UNAVAILABLE',
    words: 'UNAVAILABLE',
  });
});

test('an ensemble fails with the reason of the step that failed, and is tried again when it is asked for', async (t) => {
  const path = writeModel(folder, 'late.onnx', Buffer.from('this is no model'));
  const late = ensembleOffer(
    'late',
    [stepOf('sigmoid', { x: 'in' }, { y: 's' }), stepOf('step', { x: 's' }, { y: 'out' })],
    { inputs: [claimOf('in', 'FP32', [-1, 4])], outputs: [claimOf('out', 'FP32', [-1, 4])] },
  );
  const offers = [late, offerOf({ name: 'step', path }), single('sigmoid')];
  const own = await serve((end) => t.after(end), settingsOf(offers));
  const [line, step] = await indexOf(own);
  assert.equal(line?.state, 'UNAVAILABLE');
  assert.ok(step?.reason);
  assert.equal(
    line?.reason,
    `ensemble 'late', step[1] (model 'step'): model 'step' version 1 is not at ready state: it could not be loaded: ${step.reason}`,
  );
  const refused = await own.post('/v2/repository/models/late/load', '');
  assert.equal(refused.status, 400);
  assert.equal(
    refused.json.error,
    `load failed for model 'late': version 1 is at UNAVAILABLE state: ${line.reason}`,
  );
  writeModel(folder, 'late.onnx', files.exp);
  assert.equal((await own.post('/v2/repository/models/late/load', '')).status, 200);
  assert.equal((await own.get('/v2/health/ready')).status, 200);
});

const unfit: [what: string, offers: readonly ConfiguredVersion[], reason: RegExp][] = [
  [
    'models that do not fit together',
    [
      ensembleOffer(
        'odd',
        [stepOf('sigmoid', { x: 'in' }, { y: 's' }), stepOf('numbers', { input: 's' }, { output: 'out' })],
        {
          inputs: [claimOf('in', 'FP32', [-1, 4])],
          outputs: [claimOf('out', 'INT64', [-1])],
        },
      ),
      single('sigmoid'),
      single('numbers'),
    ],
    /^ensemble 'odd', step\[1\] \(model 'numbers'\): input 'input' is INT64, but tensor 's' is FP32 as step\[0\] makes it$/,
  ],
  [
    'a model that nobody offers',
    [ensembleOffer('odd', [stepOf('nobody', { x: 'in' }, { y: 'sum' })], DIAMOND_TENSORS)],
    /^ensemble 'odd', step\[0\] \(model 'nobody'\): Request for unknown model: 'nobody' is not found$/,
  ],
  [
    'ensembles that need one another',
    [
      ensembleOffer('odd', [stepOf('even', { x: 'in' }, { y: 'sum' })], DIAMOND_TENSORS),
      ensembleOffer('even', [stepOf('odd', { x: 'in' }, { y: 'sum' })], DIAMOND_TENSORS),
    ],
    /^ensemble 'odd' needs itself: its steps lead back to it$/,
  ],
];

for (const [what, offers, reason] of unfit) {
  test(`an ensemble of ${what} is listed with what is wrong, and the others serve`, async (t) => {
    const own = await serve((end) => t.after(end), settingsOf([...offers, single('words')]));
    const lines = await indexOf(own);
    assert.match(lines.find(({ name }) => name === 'odd')?.reason ?? '', reason);
    const reply = await own.post('/v2/models/words/infer', inferBody(tensor('input', 'BYTES', [1], ['a'])));
    assert.equal(reply.status, 200, reply.text);
  });
}
