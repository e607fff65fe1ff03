import { decodeByteStrings } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { HALF_FORMATS, type HalfType, halfValueOf } from '#tensor/half.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { type TypedViews, viewOf } from '#tensor/view.js';

/** How an output of one answer differs from the same of another. */
export interface OutputDifference {
  /** Whether both are of the same datatype and shape; without that, nothing else is told. */
  readonly isAlike: boolean;
  readonly unequalElements: number;
  /** The largest difference of two numbers, 0 where there are none. A 64-bit integer's is found exactly, and told as FP64. */
  readonly maxAbsolute: number;
  /** The largest difference, as a part of the larger of the two numbers: up to 1, or 2 where their signs differ. */
  readonly maxRelative: number;
}

/** So many elements are compared at a time, in less than a millisecond. */
const STRIDE = 4096;

const UNLIKE: OutputDifference = { isAlike: false, unequalElements: 0, maxAbsolute: 0, maxRelative: 0 };

/**
 * Compares two outputs, element for element. It yields every so often, so that whoever has something else to do can do it in
 * between.
 *
 * Two elements are equal when they are the same number (-0 is 0), or both no number. Where one of two unequal ones is infinite or
 * no number, they are counted, and have no difference that could be told. So have those of BOOL and BYTES.
 */
export function* compareOutputs(a: Tensor, b: Tensor): Generator<void, OutputDifference> {
  if (a.datatype !== b.datatype || a.shape.join() !== b.shape.join()) return UNLIKE;
  const count = elementCount(a.shape);
  const compare = comparerOf(a, b, count);
  const tally = new Tally();
  for (let from = 0; from < count; from += STRIDE) {
    for (let i = from; i < Math.min(count, from + STRIDE); i++) compare(i, tally);
    yield;
  }
  return tally;
}

class Tally implements OutputDifference {
  readonly isAlike = true;
  unequalElements = 0;
  maxAbsolute = 0;
  maxRelative = 0;

  numbers(a: number, b: number): void {
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return;
    this.unequalElements++;
    if (Number.isFinite(a) && Number.isFinite(b)) this.#differ(Math.abs(a - b), a, b);
  }

  integers(a: bigint, b: bigint): void {
    if (a === b) return;
    this.unequalElements++;
    this.#differ(Number(a > b ? a - b : b - a), Number(a), Number(b));
  }

  #differ(difference: number, a: number, b: number): void {
    // That of the largest numbers is too large for a number.
    const absolute = Math.min(difference, Number.MAX_VALUE);
    this.maxAbsolute = Math.max(this.maxAbsolute, absolute);
    this.maxRelative = Math.max(this.maxRelative, absolute / Math.max(Math.abs(a), Math.abs(b)));
  }
}

/** Compares the elements at a position. */
type Comparer = (at: number, tally: Tally) => void;

/** Compares the tensors' elements in the way of their datatype. */
function comparerOf(a: Tensor, b: Tensor, count: number): Comparer {
  const { datatype } = a;
  switch (datatype) {
    case 'BYTES':
      return byteStrings(elementsOf(a, count), elementsOf(b, count));
    case 'BOOL':
      return truths(viewOf(a.data, datatype), viewOf(b.data, datatype));
    case 'INT64':
    case 'UINT64':
      return bigIntegers(viewOf(a.data, datatype), viewOf(b.data, datatype));
    case 'FP16':
    case 'BF16':
      return halves(viewOf(a.data, datatype), viewOf(b.data, datatype), datatype);
    default:
      return numbers(viewOf(a.data, datatype), viewOf(b.data, datatype));
  }
}

type NumberType = Exclude<DataType, 'BYTES' | 'BOOL' | 'INT64' | 'UINT64' | HalfType>;

function numbers(a: TypedViews[NumberType], b: TypedViews[NumberType]): Comparer {
  return (at, tally) => tally.numbers(a[at] as number, b[at] as number);
}

function bigIntegers(a: TypedViews['INT64' | 'UINT64'], b: TypedViews['INT64' | 'UINT64']): Comparer {
  return (at, tally) => tally.integers(a[at] as bigint, b[at] as bigint);
}

function halves(a: Uint16Array, b: Uint16Array, datatype: HalfType): Comparer {
  const format = HALF_FORMATS[datatype];
  return (at, tally) => {
    const [bitsA, bitsB] = [a[at] as number, b[at] as number];
    if (bitsA !== bitsB) tally.numbers(halfValueOf(bitsA, format), halfValueOf(bitsB, format));
  };
}

/** Whatever is not 0 is true. */
function truths(a: Uint8Array, b: Uint8Array): Comparer {
  return (at, tally) => {
    if ((a[at] === 0) !== (b[at] === 0)) tally.unequalElements++;
  };
}

function byteStrings(a: readonly Uint8Array[], b: readonly Uint8Array[]): Comparer {
  return (at, tally) => {
    if (!areSame(a[at] as Uint8Array, b[at] as Uint8Array)) tally.unequalElements++;
  };
}

function elementsOf({ data, name }: Tensor, count: number): readonly Uint8Array[] {
  return decodeByteStrings(data, count, `output '${name}'`);
}

function areSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
