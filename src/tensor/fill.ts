import { invalid } from '#core/errors.js';
import { DATATYPE_BYTES, type DataType } from './datatype.js';
import { HALF_FORMATS, nearestHalf } from './half.js';

const ARRAYS = {
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

/**
 * The bytes of one element of this value: 0 and anything else for BOOL, the nearest for floats, and always the empty
 * text for BYTES. Throws INVALID_ARGUMENT for a value that an integer datatype does not have.
 */
export function elementOf(datatype: DataType, value: number): Uint8Array {
  const element = bytesOf(datatype, value);
  if (element === null) throw invalid(`${value} is no value of the datatype ${datatype}`);
  return element;
}

function bytesOf(datatype: DataType, value: number): Uint8Array | null {
  switch (datatype) {
    case 'BYTES':
      return new Uint8Array(4);
    case 'BOOL':
      return Uint8Array.of(value === 0 ? 0 : 1);
    case 'FP16':
    case 'BF16':
      return new Uint8Array(Uint16Array.of(nearestHalf(value, HALF_FORMATS[datatype])).buffer);
    case 'FP32':
    case 'FP64':
      return new Uint8Array(ARRAYS[datatype].of(value).buffer);
    case 'INT64':
    case 'UINT64':
      return longBytes(datatype, value);
    default: {
      const held = ARRAYS[datatype].of(value);
      return held[0] === value ? new Uint8Array(held.buffer) : null;
    }
  }
}

function longBytes(datatype: 'INT64' | 'UINT64', value: number): Uint8Array | null {
  if (!Number.isInteger(value)) return null;
  const held = datatype === 'INT64' ? BigInt64Array.of(BigInt(value)) : BigUint64Array.of(BigInt(value));
  return held[0] === BigInt(value) ? new Uint8Array(held.buffer) : null;
}

/** Makes every element of some bytes this value. They must be a whole number of elements. */
export function fillElements(data: Uint8Array, datatype: Exclude<DataType, 'BYTES'>, value: number): void {
  const element = elementOf(datatype, value);
  if (element.every((byte) => byte === element[0])) {
    data.fill(element[0] ?? 0);
    return;
  }
  if (data.byteLength === 0) return;
  data.set(element);
  // What is there already is doubled until it is all.
  for (let done = DATATYPE_BYTES[datatype]; done < data.byteLength; done *= 2) {
    data.copyWithin(done, 0, Math.min(done, data.byteLength - done));
  }
}
