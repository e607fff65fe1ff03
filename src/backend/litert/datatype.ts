import type { DataType } from '#tensor/datatype.js';

/** One of the schema's tensor types, and what it is called elsewhere. */
export interface TensorType {
  /** The TFLite schema's name, for instance `FLOAT32`. */
  readonly name: string;
  /** Bits of one element; null where elements have no fixed size. */
  readonly bits: number | null;
  /** The V2 datatype, or null where the protocol has none or LiteRT for WebAssembly cannot hold such a tensor. */
  readonly datatype: DataType | null;
  /** The number that LiteRT knows the type by: not the schema's. Null where `datatype` is. */
  readonly elementType: number | null;
}

/**
 * The tensor types by their number in the file.
 * Sources: `TensorType` of the TFLite schema, version 3d; `litert::ElementType` of LiteRT 2.5. STRING would be BYTES,
 * but the WebAssembly build has no way to make such a tensor.
 */
const TENSOR_TYPES: readonly TensorType[] = [
  served('FLOAT32', 32, 'FP32', 1),
  served('FLOAT16', 16, 'FP16', 10),
  served('INT32', 32, 'INT32', 2),
  served('UINT8', 8, 'UINT8', 3),
  served('INT64', 64, 'INT64', 4),
  unserved('STRING', null),
  served('BOOL', 8, 'BOOL', 6),
  served('INT16', 16, 'INT16', 7),
  unserved('COMPLEX64', 64),
  served('INT8', 8, 'INT8', 9),
  served('FLOAT64', 64, 'FP64', 11),
  unserved('COMPLEX128', 128),
  served('UINT64', 64, 'UINT64', 13),
  unserved('RESOURCE', null),
  unserved('VARIANT', null),
  served('UINT32', 32, 'UINT32', 16),
  served('UINT16', 16, 'UINT16', 17),
  unserved('INT4', 4),
  served('BFLOAT16', 16, 'BF16', 19),
  unserved('INT2', 2),
  unserved('UINT4', 4),
  unserved('FLOAT8_E4M3FN', 8),
  unserved('FLOAT8_E5M2', 8),
];

/** The tensor type with this number in the schema. A number that is newer than this table is one we cannot serve. */
export function tensorTypeOf(code: number): TensorType {
  return TENSOR_TYPES[code] ?? unserved(`TYPE_${code}`, null);
}

function served(name: string, bits: number, datatype: DataType, elementType: number): TensorType {
  return { name, bits, datatype, elementType };
}

function unserved(name: string, bits: number | null): TensorType {
  return { name, bits, datatype: null, elementType: null };
}
