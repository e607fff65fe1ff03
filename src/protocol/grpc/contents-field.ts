import type { DataType } from '#tensor/datatype.js';

/** The datatypes whose elements are varints in typed contents. */
export type VarintType = Extract<DataType, 'BOOL' | `INT${number}` | `UINT${number}`>;

/** A field of InferTensorContents. */
export interface ContentsField {
  readonly number: number;
  readonly name: string;
}

const BOOL = { number: 1, name: 'bool_contents' };
const INT = { number: 2, name: 'int_contents' };
const INT64 = { number: 3, name: 'int64_contents' };
const UINT = { number: 4, name: 'uint_contents' };
const UINT64 = { number: 5, name: 'uint64_contents' };
const FP32 = { number: 6, name: 'fp32_contents' };
const FP64 = { number: 7, name: 'fp64_contents' };
const BYTES = { number: 8, name: 'bytes_contents' };

/** Every field of InferTensorContents by its number. */
export const CONTENTS_FIELDS: ReadonlyMap<number, ContentsField> = new Map(
  [BOOL, INT, INT64, UINT, UINT64, FP32, FP64, BYTES].map((field) => [field.number, field]),
);

/** The field that a datatype's elements go into; null where they travel as raw bytes only. */
export const CONTENTS_FIELD_OF: Readonly<Record<DataType, ContentsField | null>> = {
  BOOL,
  INT8: INT,
  INT16: INT,
  INT32: INT,
  INT64,
  UINT8: UINT,
  UINT16: UINT,
  UINT32: UINT,
  UINT64,
  FP16: null,
  BF16: null,
  FP32,
  FP64,
  BYTES,
};
