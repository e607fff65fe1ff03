/**
 * The datatypes of the V2 protocol, by their wire names, with the bytes one element takes. BYTES elements have no
 * fixed size: each is a little-endian uint32 length and that many bytes.
 * Source: Open Inference Protocol, "Tensor Data Types".
 */
export const DATATYPE_BYTES = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: 0,
} as const;

export type DataType = keyof typeof DATATYPE_BYTES;

export const DATATYPES: readonly DataType[] = Object.keys(DATATYPE_BYTES) as DataType[];

export function isDataType(text: string): text is DataType {
  return Object.hasOwn(DATATYPE_BYTES, text);
}
