import { clip } from '#core/clip.js';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { HALF_FORMATS, halfValueOf } from '#tensor/half.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import { splitRows } from '#tensor/slice.js';
import type { Tensor } from '#tensor/tensor.js';
import { viewOf } from '#tensor/view.js';

/** Engines add up in another order for another batch. Real numbers may differ by so much of the larger one, … */
const RELATIVE = 1e-2;
/** … or by so much. */
const ABSOLUTE = 1e-3;

/**
 * What is different between an output for a whole batch and the same output for each of its rows alone, in words; null
 * for nothing. Real numbers may differ a little, everything else may not. A row alone has one row of the output.
 */
export function rowDifference(alone: readonly Tensor[], batch: Tensor): string | null {
  const name = `output '${batch.name}'`;
  for (const { shape } of alone) {
    if (shape[0] === 1) continue;
    return `${name} has the shape ${formatShape(shape)} for one row`;
  }
  const expected = [alone.length, ...(alone[0]?.shape.slice(1) ?? [])];
  if (batch.shape.join() !== expected.join()) {
    return `${name} has the shape ${formatShape(batch.shape)} for ${alone.length} rows, ${formatShape(expected)} was expected`;
  }
  const same = REAL.has(batch.datatype) ? areClose : Object.is;
  const rows = splitRows(batch, new Array<number>(alone.length).fill(1));
  for (const [row, single] of alone.entries()) {
    const [a, b] = [elementsOf(single), elementsOf(rows[row] ?? single)];
    const at = a.findIndex((value, i) => !same(value, b[i]));
    if (at >= 0) {
      return `element ${at} of row ${row} of ${name} is ${shown(b[at])} in a batch and ${shown(a[at])} alone`;
    }
  }
  return null;
}

type Element = number | bigint | string;

const REAL: ReadonlySet<DataType> = new Set<DataType>(['FP16', 'BF16', 'FP32', 'FP64']);

function elementsOf({ datatype, data, shape, name }: Tensor): readonly Element[] {
  switch (datatype) {
    case 'BYTES': {
      const decoder = new TextDecoder();
      return decodeByteStrings(data, elementCount(shape), `output '${name}'`).map((text) =>
        decoder.decode(text),
      );
    }
    case 'FP16':
    case 'BF16':
      return Array.from(viewOf(data, datatype), (bits) => halfValueOf(bits, HALF_FORMATS[datatype]));
    default:
      return Array.from<number | bigint>(viewOf(data, datatype));
  }
}

/** A NaN is close to a NaN, and an infinity to itself. */
function areClose(a: Element, b: Element | undefined): boolean {
  if (typeof a !== 'number' || typeof b !== 'number' || Object.is(a, b)) return Object.is(a, b);
  const largest = Math.max(Math.abs(a), Math.abs(b));
  return Number.isFinite(largest) && Math.abs(a - b) <= ABSOLUTE + RELATIVE * largest;
}

function shown(element: Element | undefined): string {
  if (typeof element === 'string') return `"${clip(element)}"`;
  return typeof element === 'number' ? String(Number(element.toPrecision(4))) : String(element);
}
