import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Quantization } from '#inference/metadata.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import { type TensorType, tensorTypeOf } from './datatype.js';
import { FlatBuffer, type Table } from './flatbuffer.js';
import { builtinName, CUSTOM } from './operators.js';

export interface TfliteTensor {
  readonly name: string;
  readonly type: TensorType;
  /** Concrete. Where the model leaves an axis open this holds the size it was converted with, mostly 1. */
  readonly shape: readonly number[];
  /** The shape with -1 for open axes, or null where the file has none. */
  readonly shapeSignature: readonly number[] | null;
  readonly quantization: Quantization | null;
  /** Which of the model's buffers holds its contents; an empty one for a tensor that is computed. */
  readonly buffer: number;
}

export interface TfliteSubgraph {
  readonly tensors: readonly TfliteTensor[];
  /** Positions in `tensors`. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The names of the operators, in the order of their execution. */
  readonly operators: readonly string[];
}

/** Names for the inputs and outputs of one subgraph. */
export interface TfliteSignature {
  readonly key: string;
  readonly subgraph: number;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
}

export interface NamedTensor {
  readonly name: string;
  /** Position in the subgraph's `tensors`. */
  readonly tensor: number;
}

export interface TfliteModel {
  readonly schemaVersion: number;
  readonly description: string;
  /** One at least; the first is the main one. */
  readonly subgraphs: readonly TfliteSubgraph[];
  readonly signatures: readonly TfliteSignature[];
  /** The bytes of each buffer. */
  readonly bufferBytes: readonly number[];
  readonly metadataNames: readonly string[];
}

/** Field numbers of the tables of the TFLite schema, version 3d. */
const MODEL = { version: 0, codes: 1, subgraphs: 2, description: 3, buffers: 4, metadata: 6, signatures: 7 };
const CODE = { deprecatedBuiltin: 0, custom: 1, builtin: 3 };
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 };
const TENSOR = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  sparsity: 6,
  shapeSignature: 7,
  externalBuffer: 10,
};
const QUANTIZATION = { scale: 2, zeroPoint: 3, detailsType: 4, axis: 6 };
const OPERATOR = { code: 0, inputs: 1, outputs: 2 };
const BUFFER = { data: 0, offset: 1, size: 2 };
const METADATA = { name: 0 };
const SIGNATURE = { inputs: 0, outputs: 1, key: 2, subgraph: 4 };
const TENSOR_MAP = { name: 0, tensor: 1 };

/**
 * Reads and checks a .tflite file, without its operators' options. Throws ServingError INVALID_ARGUMENT whose one
 * sentence says what is wrong with it.
 */
export function readTflite(bytes: Uint8Array): TfliteModel {
  const file = new FlatBuffer(bytes);
  if (bytes.length < 8 || file.identifier() !== 'TFL3') {
    throw invalid(`it is not a TFLite file: bytes 4 to 7 of its ${bytes.length} should read "TFL3"`);
  }
  const model = file.root();
  const schemaVersion = model.u32(MODEL.version);
  if (schemaVersion !== 3)
    throw invalid(`the file has version ${schemaVersion} of the TFLite schema; 3 was expected`);
  const bufferBytes = model.tables(MODEL.buffers).map((table) => bufferSize(table, bytes.length));
  const codes = model.tables(MODEL.codes).map(operatorName);
  const subgraphs = model.tables(MODEL.subgraphs).map((table) => readSubgraph(table, codes, bufferBytes));
  if (subgraphs.length === 0) throw invalid('the TFLite file holds no subgraph: there is nothing to run');
  return {
    schemaVersion,
    description: model.string(MODEL.description),
    subgraphs,
    signatures: model.tables(MODEL.signatures).map((table) => readSignature(table, subgraphs)),
    bufferBytes,
    metadataNames: model.tables(MODEL.metadata).map((table) => table.string(METADATA.name)),
  };
}

/** Files beyond 2 GB keep their constants behind the FlatBuffer; an offset of 0 or 1 means they do not. */
function bufferSize(table: Table, fileBytes: number): number {
  const offset = table.u64(BUFFER.offset);
  if (offset <= 1) return table.bytes(BUFFER.data).length;
  const size = table.u64(BUFFER.size);
  if (offset + size > fileBytes) {
    throw invalid(`the TFLite file is cut off: a buffer of ${size} bytes should stand at byte ${offset}`);
  }
  return size;
}

/** Codes outgrew their first field, a signed byte; the newer field holds the larger ones. */
function operatorName(table: Table): string {
  const code = Math.max(table.u8(CODE.deprecatedBuiltin) & 127, table.i32(CODE.builtin));
  return code === CUSTOM ? table.string(CODE.custom) || 'CUSTOM' : builtinName(code);
}

function readSubgraph(
  table: Table,
  codes: readonly string[],
  bufferBytes: readonly number[],
): TfliteSubgraph {
  const tensors = table.tables(SUBGRAPH.tensors).map((tensor, i) => readTensor(tensor, i, bufferBytes));
  const inputs = table.i32s(SUBGRAPH.inputs);
  const outputs = table.i32s(SUBGRAPH.outputs);
  for (const index of [...inputs, ...outputs]) checkIndex(index, tensors.length, 'an input or output');
  const operators = table.tables(SUBGRAPH.operators).map((operator) => {
    // -1 stands for an optional input that is left out.
    const used = [...operator.i32s(OPERATOR.inputs), ...operator.i32s(OPERATOR.outputs)];
    for (const index of used) if (index !== -1) checkIndex(index, tensors.length, 'an operator');
    const name = codes[operator.u32(OPERATOR.code)];
    if (name === undefined)
      throw invalid('the TFLite file is damaged: an operator has no entry in the operator codes');
    return name;
  });
  return { tensors, inputs, outputs, operators };
}

function checkIndex(index: number, count: number, who: string): void {
  if (index >= 0 && index < count) return;
  throw invalid(`the TFLite file is damaged: ${who} refers to tensor ${index} of ${count}`);
}

function readTensor(table: Table, index: number, bufferBytes: readonly number[]): TfliteTensor {
  const name = table.string(TENSOR.name) || `tensor_${index}`;
  if (table.u32(TENSOR.externalBuffer) !== 0) {
    throw invalid(
      `the contents of tensor "${clip(name)}" are in another file; they must be inside the TFLite file`,
    );
  }
  const signature = table.i32s(TENSOR.shapeSignature);
  const tensor: TfliteTensor = {
    name,
    type: tensorTypeOf(table.u8(TENSOR.type)),
    shape: table.i32s(TENSOR.shape),
    shapeSignature: signature.length > 0 ? signature : null,
    quantization: readQuantization(table.table(TENSOR.quantization)),
    buffer: table.u32(TENSOR.buffer),
  };
  checkContents(tensor, bufferBytes, table.has(TENSOR.sparsity));
  return tensor;
}

/** A constant must have all of its bytes; a sparse one stores fewer than its shape says. */
function checkContents(tensor: TfliteTensor, bufferBytes: readonly number[], sparse: boolean): void {
  const elements = elementCount(tensor.shape);
  if (Number.isNaN(elements)) {
    throw invalid(
      `the TFLite file is damaged: tensor "${clip(tensor.name)}" has the shape ${clip(formatShape(tensor.shape))}`,
    );
  }
  const has = bufferBytes[tensor.buffer];
  if (has === undefined) {
    throw invalid(
      `the TFLite file is damaged: tensor "${clip(tensor.name)}" refers to buffer ${tensor.buffer} of ${bufferBytes.length}`,
    );
  }
  const needs = Math.ceil((elements * (tensor.type.bits ?? 0)) / 8);
  if (has > 0 && has < needs && !sparse) {
    throw invalid(
      `the TFLite file is damaged: tensor "${clip(tensor.name)}" needs ${needs} bytes and has ${has}`,
    );
  }
}

/** Null without scales. Blockwise and other custom schemes have no scales of this kind, so they are left out. */
function readQuantization(table: Table | null): Quantization | null {
  if (table === null) return null;
  if (table.u8(QUANTIZATION.detailsType) !== 0) return null;
  const scales = table.f32s(QUANTIZATION.scale);
  if (scales.length === 0) return null;
  const zeroPoints = table.i64s(QUANTIZATION.zeroPoint);
  return {
    scales,
    zeroPoints: scales.map((_, i) => zeroPoints[i] ?? zeroPoints[0] ?? 0),
    axis: scales.length === 1 ? null : table.i32(QUANTIZATION.axis),
  };
}

function readSignature(table: Table, subgraphs: readonly TfliteSubgraph[]): TfliteSignature {
  const key = table.string(SIGNATURE.key);
  const subgraph = table.u32(SIGNATURE.subgraph);
  const count = subgraphs[subgraph]?.tensors.length;
  if (count === undefined) {
    throw invalid(
      `the TFLite file is damaged: signature "${clip(key)}" refers to subgraph ${subgraph} of ${subgraphs.length}`,
    );
  }
  const read = (field: number): readonly NamedTensor[] =>
    table.tables(field).map((entry) => {
      const tensor = entry.u32(TENSOR_MAP.tensor);
      checkIndex(tensor, count, `signature "${clip(key)}"`);
      return { name: entry.string(TENSOR_MAP.name), tensor };
    });
  return { key, subgraph, inputs: read(SIGNATURE.inputs), outputs: read(SIGNATURE.outputs) };
}
