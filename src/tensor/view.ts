import { DATATYPE_BYTES } from './datatype.js';

/**
 * The array that shows a datatype's elements as numbers. FP16 and BF16 are shown as their bits, BOOL as 0 and 1. BYTES
 * has no such array: see byte-strings.ts.
 */
export interface TypedViews {
  readonly BOOL: Uint8Array;
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  readonly FP16: Uint16Array;
  readonly BF16: Uint16Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
}

export type FixedSizeType = keyof TypedViews;

type ViewMaker<View> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => View;

const VIEW_MAKERS: { readonly [Type in FixedSizeType]: ViewMaker<TypedViews[Type]> } = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/**
 * A tensor's bytes as elements. It looks at the same memory where the bytes lie on a multiple of the element's size, and
 * at a copy where they do not: read from it, do not write to it. Tensors are little-endian, as are all machines that the
 * engines run on.
 * Throws a RangeError when the bytes are not a whole number of elements.
 */
export function viewOf<Type extends FixedSizeType>(data: Uint8Array, datatype: Type): TypedViews[Type] {
  const size = DATATYPE_BYTES[datatype];
  if (data.byteLength % size !== 0) {
    throw new RangeError(`${data.byteLength} bytes are not a whole number of ${datatype} elements`);
  }
  const aligned = data.byteOffset % size === 0 ? data : new Uint8Array(data);
  return new VIEW_MAKERS[datatype](aligned.buffer, aligned.byteOffset, data.byteLength / size);
}
