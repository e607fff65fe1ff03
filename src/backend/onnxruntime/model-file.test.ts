import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  addSubModel,
  bytesOf,
  identityModel,
  modelDirectory,
  slowModel,
  tensorInfo,
  writeModel,
} from '../../../test/support/onnx-models.js';
import { encodeModel } from '../../../test/support/onnx-writer.js';
import { judgeOnnx, summarizeOnnx } from './model-file.js';

const directory = modelDirectory(after);
const written = (bytes: Uint8Array): string => writeModel(directory, 'model.onnx', bytes);

test('a model tells its tensors, operators, weights and origin', () => {
  const bytes = encodeModel({
    opset: 18,
    domains: { 'com.microsoft': 1 },
    producer: ['pytorch', '2.4.0'],
    description: 'What it is for.',
    metadata: { author: 'us', names: '["a","b"]' },
    graph: {
      name: 'digits',
      nodes: [
        { op: 'Relu', inputs: ['image'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
        { op: 'Add', inputs: ['b', 'w'], outputs: ['c'] },
        { op: 'FusedGelu', domain: 'com.microsoft', inputs: ['c'], outputs: ['d'] },
        {
          op: 'Constant',
          inputs: [],
          outputs: ['k'],
          attributes: { value: { tensor: { type: 'INT64', shape: [3], raw: new Uint8Array(24) } } },
        },
      ],
      initializers: [
        { name: 'w', type: 'FLOAT', shape: [2, 5], raw: new Uint8Array(40) },
        {
          name: 'big',
          type: 'FLOAT',
          shape: [1000, 1000],
          external: { location: 'big.bin', offset: 4096, length: 4_000_000 },
        },
        { name: 'one', type: 'FLOAT', shape: [], raw: new Uint8Array(4) },
      ],
      inputs: [
        tensorInfo('image', 'FP32', ['batch', 3, 'height', null]),
        tensorInfo('w', 'FP32', [2, 5]),
        tensorInfo('scalar', 'BYTES', []),
      ],
      outputs: [
        tensorInfo('d', 'BF16', [-1, 4]),
        { name: 'open', type: { tensor: 'FLOAT' } },
        { name: 'p', type: { sequence: { map: { key: 'INT64', value: { tensor: 'FLOAT' } } } } },
        { name: 'q', type: { tensor: 'INT4', shape: [2] } },
      ],
    },
  });
  assert.deepEqual(summarizeOnnx(written(bytes)), {
    format: 'onnx',
    fileBytes: bytes.length,
    facts: {
      'IR version': '8',
      opset: 'ai.onnx 18, com.microsoft 1',
      producer: 'pytorch 2.4.0',
      graph: 'digits',
      description: 'What it is for.',
      weights: '4000068 bytes',
      'external data': 'big.bin (4000000 bytes)',
      'symbolic axes': 'image [batch,3,height,-1]',
      'rank left open': 'open',
      'not served': 'p (sequence), q (int4)',
      'metadata.author': 'us',
      'metadata.names': '["a","b"]',
    },
    inputs: [
      { name: 'image', datatype: 'FP32', shape: [-1, 3, -1, -1] },
      { name: 'scalar', datatype: 'BYTES', shape: [] },
    ],
    outputs: [
      { name: 'd', datatype: 'BF16', shape: [-1, 4] },
      { name: 'open', datatype: 'FP32', shape: [] },
    ],
    operators: [
      { name: 'Relu', count: 2 },
      { name: 'Add', count: 1 },
      { name: 'Constant', count: 1 },
      { name: 'com.microsoft.FusedGelu', count: 1 },
    ],
    parameterCount: 1_000_000 + 10 + 1 + 3,
    quantized: false,
  });
});

test('operators within loops are counted', () => {
  const { operators } = summarizeOnnx(written(slowModel()));
  assert.deepEqual(
    operators.map(({ name, count }) => `${name} ${count}`),
    ['ConstantOfShape 2', 'Identity 1', 'Loop 1', 'MatMul 1', 'ReduceMean 1'],
  );
});

for (const [op, expected] of [
  ['QuantizeLinear', true],
  ['DequantizeLinear', true],
  ['DynamicQuantizeLinear', true],
  ['QLinearConv', true],
  ['ConvInteger', true],
  ['Conv', false],
  ['Quantize', false],
] as const) {
  test(`a model with ${op} is ${expected ? '' : 'not '}quantised`, () => {
    const graph = { nodes: [{ op, inputs: [], outputs: ['y'] }], inputs: [], outputs: [] };
    assert.equal(summarizeOnnx(written(encodeModel({ graph }))).quantized, expected);
  });
}

test('weights larger than the window are stepped over, and what follows them is read', () => {
  const raw = new Uint8Array(300_000).fill(0xff);
  const graph = {
    nodes: [],
    initializers: [{ name: 'w', type: 'FLOAT' as const, shape: [75_000], raw }],
    inputs: [tensorInfo('x', 'FP32', [1])],
    outputs: [tensorInfo('y', 'FP32', [1])],
  };
  const summary = summarizeOnnx(written(encodeModel({ graph, metadata: { long: 'v'.repeat(200_000) } })));
  assert.equal(summary.parameterCount, 75_000);
  assert.deepEqual(
    summary.inputs.map(({ name }) => name),
    ['x'],
  );
  assert.equal(summary.facts['metadata.long'], `${'v'.repeat(65_536)}…`);
});

test('a file cut anywhere is damaged, cut off or no model, and never anything worse', () => {
  const whole = addSubModel();
  for (let length = 1; length < whole.length; length++) {
    const path = written(whole.subarray(0, length));
    const verdict = judgeOnnx(path);
    try {
      summarizeOnnx(path);
    } catch (thrown) {
      assert.match(String(thrown), /^ServingError: the ONNX file is damaged: \S/);
      assert.notEqual(verdict.kind, 'onnx');
    }
  }
});

test('no byte that is changed makes the reader throw anything else', () => {
  const whole = slowModel();
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 0x7f, 0x80, 0xff]) {
      const path = written(whole.with(at, value));
      judgeOnnx(path);
      try {
        summarizeOnnx(path);
      } catch (thrown) {
        assert.match(String(thrown), /^ServingError: the ONNX file is damaged: \S/, `byte ${at} = ${value}`);
      }
    }
  }
});

test('a model that is cut off is told from one that is none', () => {
  const whole = identityModel('FP32');
  assert.deepEqual(judgeOnnx(written(whole)), { kind: 'onnx' });
  assert.deepEqual(judgeOnnx(written(whole.subarray(0, whole.length - 12))), {
    kind: 'truncated',
    missingBytes: 6,
  });
  for (const other of [
    bytesOf(new Float64Array(4)),
    Uint8Array.of(8, 8),
    Uint8Array.of(8, 8, 0x62, 0),
    new Uint8Array(1),
  ]) {
    assert.deepEqual(judgeOnnx(written(other)), { kind: 'other' });
  }
});
