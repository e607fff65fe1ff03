import { type Datatype, isFloat } from './datatype.js';
import { countOf, type Element, readerOf } from './elements.js';
import type { Tensor } from './wire.js';

/** Digits that are enough for any FP32 to be read back as the same. */
const DIGITS = 9;

/** An element as JSON has it; NaN and the infinities are the words that the server reads. */
export function elementJson(datatype: Datatype, element: Element): string {
  if (typeof element === 'string') return JSON.stringify(element);
  return typeof element === 'number' && isFloat(datatype) ? shortest(datatype, element) : String(element);
}

/** The elements of a tensor as a flat JSON array. */
export function dataJson({ datatype, bytes }: Pick<Tensor, 'datatype' | 'bytes'>): string {
  const read = readerOf(datatype, bytes);
  return `[${Array.from({ length: countOf(datatype, bytes) }, (_, index) => elementJson(datatype, read(index))).join(',')}]`;
}

/** For people: six digits. */
export function shownElement(element: Element): string {
  if (typeof element !== 'number' || Number.isInteger(element) || !Number.isFinite(element))
    return String(element);
  const size = Math.abs(element);
  return size >= 1e-3 && size < 1e6 ? String(Number(element.toPrecision(6))) : element.toExponential(3);
}

/** The fewest digits that are read as the same FP32, which holds every FP16 and BF16 as well. */
function shortest(datatype: Datatype, value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (datatype === 'FP64' || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits <= DIGITS; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(value);
}
