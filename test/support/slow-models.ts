/** Models whose slowness is the point of them. */

import { scalar, table } from './flatbuffer-writer.js';
import { bytesOf, tensorInfo } from './onnx-models.js';
import { encodeModel, type Node, ONNX_TYPE } from './onnx-writer.js';
import { type OperatorDraft, TENSOR_TYPE, type TensorDraft, writeTflite } from './tflite-writer.js';

const ADD = { code: 0, options: 11 };
const GATHER = { code: 36, options: 23 };
const ELEMENTS = 1024 * 1024;

/**
 * A TFLite model with `y` = `x` (FP32 [1]), by way of so many additions of a million zeros: a third of a millisecond
 * each. Unlike native code, WebAssembly can be ended in the middle.
 */
export function slowTflite(additions: number): Uint8Array {
  const type = TENSOR_TYPE.FLOAT32;
  const big = Array.from(
    { length: additions },
    (_, i): TensorDraft => ({ name: `t${i}`, type, shape: [ELEMENTS] }),
  );
  const tensors: TensorDraft[] = [
    { name: 'x', type, shape: [1] },
    { name: 'y', type, shape: [1] },
    { name: 'zeros', type, shape: [ELEMENTS], data: bytesOf(new Float32Array(ELEMENTS)) },
    { name: 'first', type: TENSOR_TYPE.INT32, shape: [1], data: bytesOf(Int32Array.of(0)) },
    ...big,
  ];
  const [x, y, zeros, first, sums] = [0, 1, 2, 3, 4];
  const operators = big.map(
    (_, i): OperatorDraft => ({
      code: ADD.code,
      inputs: [i === 0 ? x : sums + i - 1, zeros],
      outputs: [sums + i],
      options: [ADD.options, table(scalar('u8', 0))],
    }),
  );
  const pick: OperatorDraft = {
    code: GATHER.code,
    inputs: [sums + additions - 1, first],
    outputs: [y],
    options: [GATHER.options, table(scalar('i32', 0))],
  };
  return writeTflite({ tensors, inputs: [x], outputs: [y], operators: [...operators, pick] });
}

/** `z` = `x` + `x` in BF16, for which ONNX Runtime has no kernel on the CPU. */
const ADD_BF16: readonly Node[] = [
  { op: 'Cast', inputs: ['x'], outputs: ['u'], attributes: { to: ONNX_TYPE.BFLOAT16 } },
  { op: 'Add', inputs: ['u', 'u'], outputs: ['v'] },
  { op: 'Cast', inputs: ['v'], outputs: ['z'], attributes: { to: ONNX_TYPE.FLOAT } },
];

/**
 * An ONNX model with `y` = `x` + 1/512 (FP32 [1]) that is slow to load: its constant is the mean of so many products of
 * 512x512 matrices, some milliseconds each, which the engine works out beforehand. With `failing`, it then finds that it cannot
 * add two BF16.
 */
export function slowToLoadModel(products: number, failing = false): Uint8Array {
  const side = 512;
  const chain = Array.from(
    { length: products },
    (_, i): Node => ({
      op: 'MatMul',
      inputs: [i === 0 ? 'W' : `p${i - 1}`, 'W'],
      outputs: [`p${i}`],
    }),
  );
  return encodeModel({
    graph: {
      nodes: [
        ...chain,
        { op: 'ReduceMean', inputs: [`p${products - 1}`], outputs: ['mean'], attributes: { keepdims: 0 } },
        { op: 'Add', inputs: ['x', 'mean'], outputs: ['y'] },
        ...(failing ? ADD_BF16 : []),
      ],
      initializers: [
        {
          name: 'W',
          type: 'FLOAT',
          shape: [side, side],
          raw: bytesOf(new Float32Array(side * side).fill(1 / side)),
        },
      ],
      inputs: [tensorInfo('x', 'FP32', [1])],
      outputs: [tensorInfo('y', 'FP32', [1]), ...(failing ? [tensorInfo('z', 'FP32', [1])] : [])],
    },
  });
}
