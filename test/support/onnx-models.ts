/** The tiny models of the tests, built when they are needed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataType } from '#tensor/datatype.js';
import {
  encodeModel,
  type Node,
  ONNX_TYPE,
  type OnnxType,
  type TensorDef,
  type ValueInfo,
} from './onnx-writer.js';

/** A string is a symbolic axis: `['batch', 4]`. */
export type ModelShape = readonly (number | string | null)[];

/** ONNX's name for each datatype that ONNX Runtime for Node can pass. */
const ONNX_TYPE_OF = {
  BOOL: 'BOOL',
  UINT8: 'UINT8',
  UINT16: 'UINT16',
  UINT32: 'UINT32',
  UINT64: 'UINT64',
  INT8: 'INT8',
  INT16: 'INT16',
  INT32: 'INT32',
  INT64: 'INT64',
  FP16: 'FLOAT16',
  BF16: 'BFLOAT16',
  FP32: 'FLOAT',
  FP64: 'DOUBLE',
  BYTES: 'STRING',
} as const satisfies Record<DataType, OnnxType>;

export function tensorInfo(name: string, datatype: DataType, shape: ModelShape): ValueInfo {
  return { name, type: { tensor: ONNX_TYPE_OF[datatype], shape } };
}

/** `output` is `input`, bit for bit. */
export function identityModel(datatype: DataType, shape: ModelShape = ['n']): Uint8Array {
  return encodeModel({
    graph: {
      nodes: [{ op: 'Identity', inputs: ['input'], outputs: ['output'] }],
      inputs: [tensorInfo('input', datatype, shape)],
      outputs: [tensorInfo('output', datatype, shape)],
    },
  });
}

/** `OUTPUT0` = `INPUT0` + `INPUT1`, `OUTPUT1` = `INPUT0` - `INPUT1`: the model Triton's examples call `simple`. */
export function addSubModel(datatype: DataType = 'INT32', shape: ModelShape = ['batch', 16]): Uint8Array {
  const inputs = ['INPUT0', 'INPUT1'];
  return encodeModel({
    graph: {
      nodes: [
        { op: 'Add', inputs, outputs: ['OUTPUT0'] },
        { op: 'Sub', inputs, outputs: ['OUTPUT1'] },
      ],
      inputs: inputs.map((name) => tensorInfo(name, datatype, shape)),
      outputs: ['OUTPUT0', 'OUTPUT1'].map((name) => tensorInfo(name, datatype, shape)),
    },
  });
}

/** `y` = `x` · W for a batch of rows of 4, where W is 4x3 and its element [i,j] is i + 10 j. */
export function matMulModel(batch: number | string = 'batch'): Uint8Array {
  const weights = Float32Array.from({ length: 12 }, (_, at) => Math.floor(at / 3) + 10 * (at % 3));
  return encodeModel({
    graph: {
      nodes: [{ op: 'MatMul', inputs: ['x', 'W'], outputs: ['y'] }],
      initializers: [{ name: 'W', type: 'FLOAT', shape: [4, 3], raw: new Uint8Array(weights.buffer) }],
      inputs: [tensorInfo('x', 'FP32', [batch, 4])],
      outputs: [tensorInfo('y', 'FP32', [batch, 3])],
    },
  });
}

/** `y` = `x` + 1, both scalars. */
export function scalarModel(): Uint8Array {
  const one: TensorDef = { name: 'one', type: 'FLOAT', shape: [], raw: bytesOf(Float32Array.of(1)) };
  return encodeModel({
    graph: {
      nodes: [{ op: 'Add', inputs: ['x', 'one'], outputs: ['y'] }],
      initializers: [one],
      inputs: [tensorInfo('x', 'FP32', [])],
      outputs: [tensorInfo('y', 'FP32', [])],
    },
  });
}

/**
 * Blocks its thread for as long as the request likes: `iterations` (INT64 [1]) products of two 256x256 matrices,
 * some tenths of a millisecond each on one core. `y` (FP32 [1,1]) is 1, whatever their number.
 */
export function slowModel(): Uint8Array {
  const square = (name: string): ValueInfo => tensorInfo(name, 'FP32', [256, 256]);
  const body: Node[] = [
    { op: 'MatMul', inputs: ['state', 'W'], outputs: ['nextState'] },
    { op: 'Identity', inputs: ['goOn'], outputs: ['goesOn'] },
  ];
  return encodeModel({
    graph: {
      nodes: [
        filled('W', 1 / 256),
        filled('start', 1),
        {
          op: 'Loop',
          inputs: ['iterations', '', 'start'],
          outputs: ['end'],
          attributes: {
            body: {
              graph: {
                name: 'body',
                nodes: body,
                inputs: [tensorInfo('i', 'INT64', []), tensorInfo('goOn', 'BOOL', []), square('state')],
                outputs: [tensorInfo('goesOn', 'BOOL', []), square('nextState')],
              },
            },
          },
        },
        { op: 'ReduceMean', inputs: ['end'], outputs: ['y'] },
      ],
      initializers: [{ name: 'side', type: 'INT64', shape: [2], raw: bytesOf(BigInt64Array.of(256n, 256n)) }],
      inputs: [tensorInfo('iterations', 'INT64', [1])],
      outputs: [tensorInfo('y', 'FP32', [1, 1])],
    },
  });
}

function filled(name: string, value: number): Node {
  const tensor: TensorDef = { type: 'FLOAT', shape: [1], raw: bytesOf(Float32Array.of(value)) };
  return { op: 'ConstantOfShape', inputs: ['side'], outputs: [name], attributes: { value: { tensor } } };
}

/**
 * The sample `grey.onnx`: `image` (FP32 [batch,1,28,28] of 0..1) is `pixels` (UINT8 [batch,28,28,1] of 0..255), as
 * `mnist.onnx` wants it.
 */
export function greyModel(): Uint8Array {
  const most: TensorDef = { name: 'most', type: 'FLOAT', shape: [], raw: bytesOf(Float32Array.of(255)) };
  return encodeModel({
    graph: {
      nodes: [
        {
          op: 'Transpose',
          inputs: ['pixels'],
          outputs: ['turned'],
          attributes: { perm: [0, 3, 1, 2] },
        },
        { op: 'Cast', inputs: ['turned'], outputs: ['real'], attributes: { to: ONNX_TYPE.FLOAT } },
        { op: 'Div', inputs: ['real', 'most'], outputs: ['image'] },
      ],
      initializers: [most],
      inputs: [tensorInfo('pixels', 'UINT8', ['batch', 28, 28, 1])],
      outputs: [tensorInfo('image', 'FP32', ['batch', 1, 28, 28])],
    },
  });
}

/** `picked` is the element of [10, 20, 30] at each `index` (INT64); an index beyond them makes the engine raise. */
export function failingModel(length: number | string = 'n'): Uint8Array {
  return encodeModel({
    graph: {
      nodes: [{ op: 'Gather', inputs: ['table', 'index'], outputs: ['picked'] }],
      initializers: [{ name: 'table', type: 'FLOAT', shape: [3], raw: bytesOf(Float32Array.of(10, 20, 30)) }],
      inputs: [tensorInfo('index', 'INT64', [length])],
      outputs: [tensorInfo('picked', 'FP32', [length])],
    },
  });
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Writes a model file and answers its path. */
export function writeModel(directory: string, name: string, bytes: Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

/** A directory of its own for a test's models. It goes when `after` runs what it is given. */
export function modelDirectory(after: (remove: () => void) => void): string {
  const directory = mkdtempSync(join(tmpdir(), 'furiosa-server-models-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
