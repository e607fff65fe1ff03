/**
 * Bytes of one element, by the protocol's names of datatypes. An element of BYTES has no size of its own. The server has a table of its
 * own: a browser is given nothing of its code. A test holds the two together.
 */
const ELEMENT_BYTES = {
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

export type Datatype = keyof typeof ELEMENT_BYTES;

/** Every datatype whose elements are numbers, other than BOOL and BYTES. */
export type NumericDatatype = Exclude<Datatype, 'BOOL' | 'BYTES'>;

export function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(ELEMENT_BYTES, name);
}

export function elementBytes(datatype: Datatype): number {
  return ELEMENT_BYTES[datatype];
}

export function isFloat(datatype: Datatype): boolean {
  return datatype === 'FP16' || datatype === 'BF16' || datatype === 'FP32' || datatype === 'FP64';
}

export function isNumeric(datatype: Datatype): datatype is NumericDatatype {
  return datatype !== 'BOOL' && datatype !== 'BYTES';
}

/** Smallest and largest value of an integer type; null for any other. */
export function integerRange(datatype: Datatype): readonly [least: bigint, most: bigint] | null {
  const bits = BigInt(8 * elementBytes(datatype));
  if (datatype.startsWith('UINT')) return [0n, 2n ** bits - 1n];
  if (datatype.startsWith('INT')) return [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return null;
}
