/** Models whose slowness is the point of them. */

import { scalar, table } from './flatbuffer-writer.js';
import { bytesOf, tensorInfo } from './onnx-models.js';
import { encodeModel, type Node, ONNX_TYPE, type TensorDef, type ValueInfo } from './onnx-writer.js';
import { TENSOR_TYPE, type TensorDraft, writeTflite } from './tflite-writer.js';

/** The schema's BuiltinOperator, and the BuiltinOptions that go with it. */
const ADD = { code: 0, options: 11 };
const LESS = { code: 58, options: 41 };
const WHILE = { code: 119, options: 93 };

/**
 * A TFLite model that counts: `y` = `n` (INT32 [1]), one by one, which takes about a second for a million. Unlike
 * native code, WebAssembly can be ended in the middle.
 */
export function countingTflite(): Uint8Array {
  const type = TENSOR_TYPE.INT32;
  const tensors = (...names: string[]): TensorDraft[] => names.map((name) => ({ name, type, shape: [1] }));
  const constant = (name: string, value: number): TensorDraft => ({
    name,
    type,
    shape: [1],
    data: bytesOf(Int32Array.of(value)),
  });
  const [condition, body] = [1, 2];
  return writeTflite({
    tensors: [...tensors('n', 'y', 'same'), constant('zero', 0)],
    inputs: [0],
    outputs: [1],
    operators: [
      {
        code: WHILE.code,
        inputs: [3, 0],
        outputs: [1, 2],
        options: [WHILE.options, table(scalar('i32', condition), scalar('i32', body))],
      },
    ],
    more: [
      {
        tensors: [...tensors('i', 'n'), { name: 'goesOn', type: TENSOR_TYPE.BOOL, shape: [1] }],
        inputs: [0, 1],
        outputs: [2],
        operators: [{ code: LESS.code, inputs: [0, 1], outputs: [2], options: [LESS.options, table()] }],
      },
      {
        tensors: [...tensors('i', 'n', 'next'), constant('one', 1)],
        inputs: [0, 1],
        outputs: [2, 1],
        operators: [
          { code: ADD.code, inputs: [0, 3], outputs: [2], options: [ADD.options, table(scalar('u8', 0))] },
        ],
      },
    ],
  });
}

/**
 * `y` = `steps` (INT64 [batch,1]), for which its thread is blocked as long as the row with most steps says: so many
 * products of two 256x256 matrices, some tenths of a millisecond each on one core.
 */
export function steppingModel(): Uint8Array {
  const side = 256;
  const square = (name: string): ValueInfo => tensorInfo(name, 'FP32', [side, side]);
  const filled = (name: string, value: number): TensorDef => ({
    name,
    type: 'FLOAT',
    shape: [side, side],
    raw: bytesOf(new Float32Array(side * side).fill(value)),
  });
  const body: Node[] = [
    { op: 'MatMul', inputs: ['state', 'W'], outputs: ['nextState'] },
    { op: 'Identity', inputs: ['goOn'], outputs: ['goesOn'] },
  ];
  const graph = {
    name: 'body',
    nodes: body,
    inputs: [tensorInfo('i', 'INT64', []), tensorInfo('goOn', 'BOOL', []), square('state')],
    outputs: [tensorInfo('goesOn', 'BOOL', []), square('nextState')],
  };
  return encodeModel({
    graph: {
      nodes: [
        { op: 'ReduceMax', inputs: ['steps'], outputs: ['most'], attributes: { axes: [0], keepdims: 0 } },
        { op: 'Loop', inputs: ['most', '', 'start'], outputs: ['end'], attributes: { body: { graph } } },
        { op: 'ReduceMean', inputs: ['end'], outputs: ['mean'], attributes: { keepdims: 0 } },
        { op: 'Mul', inputs: ['mean', 'zero'], outputs: ['nought'] },
        { op: 'Cast', inputs: ['nought'], outputs: ['nothing'], attributes: { to: ONNX_TYPE.INT64 } },
        { op: 'Add', inputs: ['steps', 'nothing'], outputs: ['y'] },
      ],
      initializers: [
        filled('W', 1 / side),
        filled('start', 1),
        { name: 'zero', type: 'FLOAT', shape: [], raw: bytesOf(Float32Array.of(0)) },
      ],
      inputs: [tensorInfo('steps', 'INT64', ['batch', 1])],
      outputs: [tensorInfo('y', 'INT64', ['batch', 1])],
    },
  });
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
