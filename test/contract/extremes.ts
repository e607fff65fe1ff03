import type { DataType } from '#tensor/datatype.js';

/** Values at which bytes tend to get lost: the ends of each range, odd NaNs, negative zero, texts beyond ASCII. */
export function extremes(datatype: DataType, count: number): Uint8Array {
  const elements = ELEMENTS[datatype];
  const chosen = Array.from({ length: count }, (_, i) => elements[i % elements.length] ?? []);
  return Uint8Array.from(chosen.flat());
}

const bytesOf = (view: ArrayBufferView): number[] => [
  ...new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
];

const u16 = (...bits: number[]): number[][] => bits.map((each) => bytesOf(Uint16Array.of(each)));
const u32 = (...bits: number[]): number[][] => bits.map((each) => bytesOf(Uint32Array.of(each)));
const u64 = (...bits: bigint[]): number[][] => bits.map((each) => bytesOf(BigUint64Array.of(each)));

const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value);
  return [...bytesOf(Uint32Array.of(bytes.length)), ...bytes];
};

/** Each element as its bytes: a number would have lost what is tested. */
const ELEMENTS: Record<DataType, number[][]> = {
  BOOL: [[1], [0], [1], [1]],
  UINT8: [[0], [1], [127], [128], [255]],
  INT8: [[0], [1], [127], [128], [255]],
  UINT16: u16(0, 1, 0x7fff, 0x8000, 0xffff),
  INT16: u16(0, 1, 0x7fff, 0x8000, 0xffff),
  UINT32: u32(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
  INT32: u32(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
  UINT64: u64(2n ** 53n + 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 63n - 1n, 0n),
  INT64: u64(2n ** 53n + 1n, 2n ** 64n - 1n, 2n ** 63n, 2n ** 63n - 1n, 0n),
  // One; negative zero; infinities; the smallest subnormal; a NaN with a payload, a negative and a signalling one.
  FP16: u16(0x3c00, 0x8000, 0x7c00, 0xfc00, 0x0001, 0x7e55, 0xfe01, 0x7d01),
  BF16: u16(0x3f80, 0x8000, 0x7f80, 0xff80, 0x0001, 0x7fd5, 0xffc1, 0x7f81),
  FP32: u32(0x3f800000, 0x80000000, 0x7f800000, 0xff800000, 1, 0x7fd12345, 0xffc00001, 0x7f812345),
  FP64: u64(
    0x3ff0000000000000n,
    0x8000000000000000n,
    0x7ff0000000000000n,
    1n,
    0x7ff8000012345678n,
    0xfff8000000000001n,
    0x7ff0000012345678n,
  ),
  BYTES: ['', 'plain', '\ufeffmark', 'é', '한국어', '👩🏽‍🚀', '"quoted"\n'].map(text),
};
