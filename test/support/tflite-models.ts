import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { scalar, table, text } from './flatbuffer-writer.js';
import {
  type ModelDraft,
  type OperatorDraft,
  TENSOR_TYPE,
  type TensorDraft,
  writeTflite,
} from './tflite-writer.js';

/** The schema's BuiltinOperator. */
const CODE = {
  ADD: 0,
  RESHAPE: 22,
  CUSTOM: 32,
  GATHER: 36,
  SUB: 41,
  DIV: 42,
  WHERE: 109,
  CALL_ONCE: 129,
  VAR_HANDLE: 142,
  READ_VARIABLE: 143,
  ASSIGN_VARIABLE: 144,
} as const;

/** The schema's BuiltinOptions. */
const OPTIONS = {
  ADD: 11,
  GATHER: 23,
  SUB: 28,
  DIV: 29,
  WHERE: 85,
  CALL_ONCE: 103,
  VAR_HANDLE: 111,
  READ_VARIABLE: 112,
  ASSIGN_VARIABLE: 113,
} as const;

/** A folder for models that is gone when the test file ends. */
export function modelFolder(): (name: string, draft: ModelDraft | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), 'tflite-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name, draft) => {
    const path = join(folder, `${name}.tflite`);
    writeFileSync(path, draft instanceof Uint8Array ? draft : writeTflite(draft));
    return path;
  };
}

/** y is x, bit for bit, in another shape. */
export function reshape(type: number, from: readonly number[], to: readonly number[]): ModelDraft {
  const shape = int32('shape', to);
  return {
    tensors: [{ name: 'x', type, shape: from }, shape, { name: 'y', type, shape: to }],
    inputs: [0],
    outputs: [2],
    operators: [{ code: CODE.RESHAPE, inputs: [0, 1], outputs: [2] }],
  };
}

/** c = a + b and d = a - b, all FP32. */
export function addAndSubtract(change: Partial<TensorDraft> = {}): ModelDraft {
  const names = ['a', 'b', 'c', 'd'];
  return {
    tensors: names.map((name) => ({ name, type: TENSOR_TYPE.FLOAT32, shape: [1, 4], ...change })),
    inputs: [0, 1],
    outputs: [2, 3],
    operators: [arithmetic('ADD', [0, 1], 2), arithmetic('SUB', [0, 1], 3)],
  };
}

/** y = [1,2,3,4][i] for two indices i: raises on any other index than 0 to 3. */
export function gather(): ModelDraft {
  const list = bytesOf(Float32Array.of(1, 2, 3, 4));
  return {
    tensors: [
      { name: 'list', type: TENSOR_TYPE.FLOAT32, shape: [4], data: list },
      { name: 'i', type: TENSOR_TYPE.INT32, shape: [2] },
      { name: 'y', type: TENSOR_TYPE.FLOAT32, shape: [2] },
    ],
    inputs: [1],
    outputs: [2],
    operators: [
      { code: CODE.GATHER, inputs: [0, 1], outputs: [2], options: [OPTIONS.GATHER, table(scalar('i32', 0))] },
    ],
  };
}

/** q = a / b in INT32: raises on b = 0, and traps in WebAssembly on -2147483648 / -1. */
export function divide(): ModelDraft {
  return {
    tensors: ['a', 'b', 'q'].map((name) => ({ name, type: TENSOR_TYPE.INT32, shape: [1] })),
    inputs: [0, 1],
    outputs: [2],
    operators: [arithmetic('DIV', [0, 1], 2)],
  };
}

/** q = -2147483648 / (x - 1): traps already on the zeros of the trial. */
export function trapOnZero(): ModelDraft {
  return {
    tensors: [
      { name: 'x', type: TENSOR_TYPE.INT32, shape: [1] },
      int32('one', [1]),
      { name: 'less', type: TENSOR_TYPE.INT32, shape: [1] },
      int32('least', [-2147483648]),
      { name: 'q', type: TENSOR_TYPE.INT32, shape: [1] },
    ],
    inputs: [0],
    outputs: [4],
    operators: [arithmetic('SUB', [0, 1], 2), arithmetic('DIV', [3, 2], 4)],
  };
}

/** y = x + h, where h is 1/2 in the first run and twice the last y in every other. */
export function remember(): ModelDraft {
  const type = TENSOR_TYPE.FLOAT32;
  const h: TensorDraft = { name: 'handle', type: TENSOR_TYPE.RESOURCE, shape: [1] };
  const handle = (output: number): OperatorDraft => {
    const options = table(text(''), text('h'));
    return { code: CODE.VAR_HANDLE, inputs: [], outputs: [output], options: [OPTIONS.VAR_HANDLE, options] };
  };
  const assign = (value: number, to: number): OperatorDraft => {
    const options = [OPTIONS.ASSIGN_VARIABLE, table()] as const;
    return { code: CODE.ASSIGN_VARIABLE, inputs: [to, value], outputs: [], options };
  };
  const begin = table(scalar('i32', 1));
  return {
    tensors: [
      { name: 'x', type, shape: [1] },
      h,
      { name: 'h', type, shape: [1] },
      { name: 'y', type, shape: [1] },
      { name: 'twice', type, shape: [1] },
    ],
    inputs: [0],
    outputs: [3],
    operators: [
      { code: CODE.CALL_ONCE, inputs: [], outputs: [], options: [OPTIONS.CALL_ONCE, begin] },
      handle(1),
      { code: CODE.READ_VARIABLE, inputs: [1], outputs: [2], options: [OPTIONS.READ_VARIABLE, table()] },
      arithmetic('ADD', [0, 2], 3),
      arithmetic('ADD', [3, 3], 4),
      assign(4, 1),
    ],
    more: [
      {
        tensors: [h, { name: 'half', type, shape: [1], data: bytesOf(Float32Array.of(0.5)) }],
        inputs: [],
        outputs: [],
        operators: [handle(0), assign(1, 0)],
      },
    ],
  };
}

/** y holds the positions of the true elements of x: how many is known when it has run. */
export function where(declared: readonly number[]): ModelDraft {
  return {
    tensors: [
      { name: 'x', type: TENSOR_TYPE.BOOL, shape: [6] },
      { name: 'y', type: TENSOR_TYPE.INT64, shape: declared },
    ],
    inputs: [0],
    outputs: [1],
    operators: [{ code: CODE.WHERE, inputs: [0], outputs: [1], options: [OPTIONS.WHERE, table()] }],
  };
}

/** One operator that nobody has. */
export function custom(name: string): ModelDraft {
  return {
    tensors: ['x', 'y'].map((tensor) => ({ name: tensor, type: TENSOR_TYPE.FLOAT32, shape: [2] })),
    inputs: [0],
    outputs: [1],
    operators: [{ code: CODE.CUSTOM, custom: name, inputs: [0], outputs: [1] }],
  };
}

export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

function arithmetic(name: 'ADD' | 'SUB' | 'DIV', inputs: readonly number[], output: number): OperatorDraft {
  return { code: CODE[name], inputs, outputs: [output], options: [OPTIONS[name], table(scalar('u8', 0))] };
}

function int32(name: string, values: readonly number[]): TensorDraft {
  return { name, type: TENSOR_TYPE.INT32, shape: [values.length], data: bytesOf(Int32Array.from(values)) };
}
