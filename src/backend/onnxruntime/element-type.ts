import type { DataType } from '#tensor/datatype.js';

/** One of ONNX's element types, and the V2 datatype that carries it, if any does. */
export interface ElementType {
  readonly name: string;
  readonly datatype: DataType | null;
}

/** By TensorProto.DataType. Source: onnx.proto of ONNX 1.20. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: 'float', datatype: 'FP32' },
  2: { name: 'uint8', datatype: 'UINT8' },
  3: { name: 'int8', datatype: 'INT8' },
  4: { name: 'uint16', datatype: 'UINT16' },
  5: { name: 'int16', datatype: 'INT16' },
  6: { name: 'int32', datatype: 'INT32' },
  7: { name: 'int64', datatype: 'INT64' },
  8: { name: 'string', datatype: 'BYTES' },
  9: { name: 'bool', datatype: 'BOOL' },
  10: { name: 'float16', datatype: 'FP16' },
  11: { name: 'double', datatype: 'FP64' },
  12: { name: 'uint32', datatype: 'UINT32' },
  13: { name: 'uint64', datatype: 'UINT64' },
  14: { name: 'complex64', datatype: null },
  15: { name: 'complex128', datatype: null },
  16: { name: 'bfloat16', datatype: 'BF16' },
  17: { name: 'float8e4m3fn', datatype: null },
  18: { name: 'float8e4m3fnuz', datatype: null },
  19: { name: 'float8e5m2', datatype: null },
  20: { name: 'float8e5m2fnuz', datatype: null },
  21: { name: 'uint4', datatype: null },
  22: { name: 'int4', datatype: null },
  23: { name: 'float4e2m1', datatype: null },
  24: { name: 'float8e8m0', datatype: null },
  25: { name: 'uint2', datatype: null },
  26: { name: 'int2', datatype: null },
};

export function elementTypeOf(code: number): ElementType {
  return ELEMENT_TYPES[code] ?? { name: `element type ${code}`, datatype: null };
}
