import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { after, test } from 'node:test';
import type { Session } from '#backend/backend.js';
import type { LoadOptions, OnnxRuntimeOptions } from '#backend/options.js';
import type { LogRecord } from '#core/log.js';
import { PLAIN_OPTIONS } from '../../../test/support/load-options.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  matMulModel,
  modelDirectory,
  scalarModel,
  slowModel,
  tensorInfo,
  writeModel,
} from '../../../test/support/onnx-models.js';
import { encodeModel, type Node, type ValueInfo } from '../../../test/support/onnx-writer.js';
import { onnxRuntimeBackend } from './backend.js';

const directory = modelDirectory(after);

async function load(bytes: Uint8Array, options: Partial<LoadOptions> = {}): Promise<Session> {
  const path = writeModel(directory, 'model.onnx', bytes);
  return await onnxRuntimeBackend.load({ path }, { ...PLAIN_OPTIONS, ...options });
}

function withEngine(onnxruntime: OnnxRuntimeOptions): Partial<LoadOptions> {
  return { onnxruntime };
}

/** A model of one node between the given inputs and outputs. */
function oneNode(
  node: Omit<Node, 'inputs' | 'outputs'>,
  inputs: ValueInfo[],
  outputs: ValueInfo[],
  opset = 17,
): Uint8Array {
  const names = (values: ValueInfo[]): string[] => values.map(({ name }) => name);
  const nodes = [{ ...node, inputs: names(inputs), outputs: names(outputs) }];
  return encodeModel({ opset, domains: { 'ai.onnx.ml': 1 }, graph: { nodes, inputs, outputs } });
}

/** What is logged while `work` runs. */
async function warningsOf(work: () => Promise<unknown>): Promise<string[]> {
  const heard: string[] = [];
  const listen = (record: unknown): void => {
    heard.push((record as LogRecord).message);
  };
  subscribe('furiosa-server.log', listen);
  try {
    await work();
  } finally {
    unsubscribe('furiosa-server.log', listen);
  }
  return heard;
}

const x = (shape: (number | string | null)[] = [1]): ValueInfo => tensorInfo('x', 'FP32', shape);
const y = (shape: (number | string | null)[] = [1]): ValueInfo => tensorInfo('y', 'FP32', shape);
const zipMap = { op: 'ZipMap', domain: 'ai.onnx.ml', attributes: { classlabels_int64s: [0, 1] } };
const mapOutput: ValueInfo = {
  name: 'p',
  type: { sequence: { map: { key: 'INT64', value: { tensor: 'FLOAT' } } } },
};

test("metadata and facts are the model's", async () => {
  const bytes = matMulModel();
  const session = await load(bytes, { threads: 2 });
  assert.deepEqual(session.inputs, [
    { name: 'x', datatype: 'FP32', shape: [-1, 4], axisNames: ['batch', null] },
  ]);
  assert.deepEqual(session.outputs, [
    { name: 'y', datatype: 'FP32', shape: [-1, 3], axisNames: ['batch', null] },
  ]);
  assert.deepEqual(session.facts, {
    engine: 'onnxruntime 1.30.0',
    provider: 'cpu',
    threads: 2,
    modelBytes: bytes.length,
    // W, 4x3 of FP32.
    heldBytes: 48,
  });
  await session.dispose();
});

test('an initializer that is also an input need not be given', async () => {
  const session = await load(
    encodeModel({
      graph: {
        nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [{ name: 'w', type: 'FLOAT', shape: [1], raw: bytesOf(Float32Array.of(2)) }],
        inputs: [x(), tensorInfo('w', 'FP32', [1])],
        outputs: [y()],
      },
    }),
  );
  assert.deepEqual(
    session.inputs.map(({ name }) => name),
    ['x'],
  );
  const [answer] = await session.run(
    [{ name: 'x', datatype: 'FP32', shape: [1], data: bytesOf(Float32Array.of(3)) }],
    ['y'],
  );
  assert.deepEqual(answer?.data, bytesOf(Float32Array.of(5)));
  await session.dispose();
});

test('scalars, tensors of nothing and eight axes pass', async () => {
  const scalar = await load(scalarModel());
  const one = { name: 'x', datatype: 'FP32' as const, shape: [], data: bytesOf(Float32Array.of(2)) };
  assert.deepEqual(await scalar.run([one], ['y']), [
    { ...one, name: 'y', data: bytesOf(Float32Array.of(3)) },
  ]);
  await scalar.dispose();

  for (const datatype of ['FP32', 'BYTES', 'INT64'] as const) {
    const deep = await load(identityModel(datatype, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']));
    const nothing = { name: 'input', datatype, shape: [1, 2, 0, 1, 1, 3, 1, 1], data: new Uint8Array(0) };
    assert.deepEqual(await deep.run([nothing], ['output']), [{ ...nothing, name: 'output' }]);
    await deep.dispose();
  }
});

test('the slow model runs and answers 1', async () => {
  const session = await load(slowModel());
  const iterations = {
    name: 'iterations',
    datatype: 'INT64' as const,
    shape: [1],
    data: bytesOf(BigInt64Array.of(3n)),
  };
  const [answer] = await session.run([iterations], ['y']);
  assert.deepEqual(answer?.data, bytesOf(Float32Array.of(1)));
  await session.dispose();
});

test("a shape that only the engine can refuse is INTERNAL, with the engine's reason", async () => {
  const session = await load(addSubModel('FP32', ['a', 'b']));
  const tensor = (name: string, shape: number[]) => ({
    name,
    datatype: 'FP32' as const,
    shape,
    data: new Uint8Array(4 * (shape[0] ?? 1) * (shape[1] ?? 1)),
  });
  await assert.rejects(session.run([tensor('INPUT0', [2, 2]), tensor('INPUT1', [3, 3])], ['OUTPUT0']), {
    code: 'INTERNAL',
    // Which of the two nodes runs first is the engine's affair.
    message:
      /^onnxruntime: (?:Add|Sub) node: Attempting to broadcast an axis by a dimension other than 1\. 2 by 3$/,
  });
  await session.dispose();
});

test('named axes get the sizes they are given', async () => {
  const session = await load(addSubModel(), withEngine({ free_dimension_overrides: { batch: 2 } }));
  assert.deepEqual(
    session.inputs.map(({ shape }) => shape),
    [
      [2, 16],
      [2, 16],
    ],
  );
  assert.deepEqual(
    session.outputs.map(({ shape }) => shape),
    [
      [2, 16],
      [2, 16],
    ],
  );
  await session.dispose();
});

test('an output that is no tensor is left out, with a warning', async () => {
  const scores = tensorInfo('scores', 'FP32', ['n', 2]);
  const bytes = encodeModel({
    domains: { 'ai.onnx.ml': 1 },
    graph: {
      nodes: [
        { ...zipMap, inputs: ['x'], outputs: ['p'] },
        { op: 'Identity', inputs: ['x'], outputs: ['scores'] },
      ],
      inputs: [x(['n', 2])],
      outputs: [mapOutput, scores],
    },
  });
  let session: Session | null = null;
  const warnings = await warningsOf(async () => {
    session = await load(bytes);
  });
  assert.deepEqual(warnings, [
    'Output "p" is left out: it is a sequence, and only tensors can be served (a scikit-learn classifier answers tensors when it is converted with zipmap=False)',
  ]);
  const open = session as Session | null;
  assert.deepEqual(open?.outputs, [
    { name: 'scores', datatype: 'FP32', shape: [-1, 2], axisNames: ['n', null] },
  ]);
  const row = { name: 'x', datatype: 'FP32' as const, shape: [1, 2], data: bytesOf(Float32Array.of(1, 2)) };
  assert.deepEqual(await open?.run([row], ['scores']), [{ ...row, name: 'scores' }]);
  await open?.dispose();
});

test('an output whose rank is open is told of', async () => {
  const anything: ValueInfo = { name: 'y', type: { tensor: 'FLOAT' } };
  const shape = tensorInfo('shape', 'INT64', ['rank']);
  const warnings = await warningsOf(async () => {
    const session = await load(oneNode({ op: 'Reshape' }, [x(['n']), shape], [anything]));
    const data = new Uint8Array(16);
    const [answer] = await session.run(
      [
        { name: 'x', datatype: 'FP32', shape: [4], data },
        { name: 'shape', datatype: 'INT64', shape: [2], data: bytesOf(BigInt64Array.of(2n, 2n)) },
      ],
      ['y'],
    );
    assert.deepEqual(answer?.shape, [2, 2]);
    await session.dispose();
  });
  assert.deepEqual(warnings, ['output "y" declares no shape; its metadata says [], whatever it answers']);
});

for (const provider of ['cuda:99', 'rocm:0']) {
  test(`${provider}, which is not here, may fall back to the CPU where that is allowed`, async () => {
    let facts: unknown;
    const warnings = await warningsOf(async () => {
      const session = await load(addSubModel(), { provider, allowFallback: true });
      facts = session.facts.provider;
      await session.dispose();
    });
    assert.equal(facts, 'cpu');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', new RegExp(`^ONNX Runtime uses the CPU instead of ${provider}: \\S`));
  });
}

const relu = { op: 'Relu' };
type Refusal = [what: string, bytes: Uint8Array, options: Partial<LoadOptions>, message: string | RegExp];

const refusals: Refusal[] = [
  [
    'a file that is cut off',
    addSubModel().subarray(0, 60),
    {},
    'ONNX Runtime cannot load the model on cpu: Protobuf parsing failed',
  ],
  [
    'an operator that does not exist',
    oneNode({ op: 'Nope' }, [x()], [y()]),
    {},
    /^ONNX Runtime cannot load the model on cpu: This is an invalid model\. In Node, .* No Op registered for Nope with domain_version of 17$/,
  ],
  [
    'an opset from the future',
    oneNode(relu, [x()], [y()], 99),
    {},
    /^ONNX Runtime cannot load the model on cpu: ONNX Runtime only \*guarantees\* support .* domain ai\.onnx is till opset \d+$/,
  ],
  [
    'an IR version from the future',
    encodeModel({
      irVersion: 99,
      graph: { nodes: [{ ...relu, inputs: ['x'], outputs: ['y'] }], inputs: [x()], outputs: [y()] },
    }),
    {},
    /^ONNX Runtime cannot load the model on cpu: Unsupported model IR version: 99, max supported IR version: \d+$/,
  ],
  [
    'weights that are not there',
    encodeModel({
      graph: {
        nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
        initializers: [
          { name: 'w', type: 'FLOAT', shape: [1], external: { location: 'w.bin', offset: 0, length: 4 } },
        ],
        inputs: [x()],
        outputs: [y()],
      },
    }),
    {},
    /^ONNX Runtime cannot load the model on cpu: External data .*initializer: w\. .* does not exist: ".*w\.bin"$/,
  ],
  [
    'bfloat16 inputs',
    identityModel('BF16'),
    {},
    'input "input" is of type bfloat16, which ONNX Runtime for Node cannot pass: cast it to another type inside the model',
  ],
  [
    'complex outputs',
    oneNode({ op: 'Nope' }, [x()], [{ name: 'y', type: { tensor: 'COMPLEX64', shape: [1] } }]),
    {},
    'output "y" is of type complex64, which ONNX Runtime for Node cannot pass: cast it to another type inside the model',
  ],
  [
    'int4 inputs',
    oneNode({ op: 'Identity' }, [{ name: 'x', type: { tensor: 'INT4', shape: [2] } }], [y()]),
    {},
    'input "x" is of type int4, which ONNX Runtime for Node cannot pass: cast it to another type inside the model',
  ],
  [
    'an input that is no tensor',
    oneNode(
      { op: 'SequenceLength' },
      [{ name: 'x', type: { sequence: { tensor: 'FLOAT', shape: ['n'] } } }],
      [tensorInfo('y', 'INT64', [])],
    ),
    {},
    'input "x" is a sequence, and only tensors can be served',
  ],
  [
    'an input whose rank is open',
    oneNode(relu, [{ name: 'x', type: { tensor: 'FLOAT' } }], [y(['n'])]),
    {},
    'input "x" declares no shape to check requests against: give it one, symbolic axes are enough',
  ],
  [
    'no tensor output at all',
    oneNode(zipMap, [x(['n', 2])], [mapOutput]),
    {},
    /^the model has no tensor output to serve\. Output "p" is left out: .*zipmap=False\)$/,
  ],
  [
    'an axis that the model does not have',
    addSubModel(),
    withEngine({ free_dimension_overrides: { bach: 2 } }),
    'free_dimension_overrides names the axis "bach", which the model does not have; did you mean "batch"? (its symbolic axes: batch)',
  ],
  [
    'an axis of half a row',
    addSubModel(),
    withEngine({ free_dimension_overrides: { batch: 0.5 } }),
    'free_dimension_overrides.batch is 0.5; a whole number was expected',
  ],
  [
    'a GPU that is not here',
    addSubModel(),
    { provider: 'cuda:99' },
    /^ONNX Runtime cannot load the model on cuda:99: \S.*$/,
  ],
  [
    'a wish for a GPU that is not here',
    addSubModel(),
    { ...withEngine({ execution_providers: ['CUDAExecutionProvider', 'cpu'] }), provider: 'cuda:99' },
    /^ONNX Runtime cannot load the model on cuda:99, cpu: \S.*$/,
  ],
  [
    'a broken model, wherever it might fall back to',
    addSubModel().subarray(0, 60),
    { provider: 'cuda:99', allowFallback: true },
    'ONNX Runtime cannot load the model on cpu: Protobuf parsing failed',
  ],
  [
    'a provider that nobody has',
    addSubModel(),
    withEngine({ execution_providers: ['cudda'] }),
    /^ONNX Runtime cannot load the model on cudda:0: this build has no execution provider "cudda"; did you mean "cuda"\? \(it has .*\)$/,
  ],
  [
    'an entry of session_config that does not fit the file',
    addSubModel(),
    withEngine({ session_config: { 'session.load_model_format': 'ORT' } }),
    'ONNX Runtime cannot load the model on cpu: ORT model verification failed',
  ],
];

for (const [what, bytes, options, message] of refusals) {
  test(`${what}: refused`, async () => {
    await assert.rejects(load(bytes, options), { code: 'INVALID_ARGUMENT', message });
  });
}
