import { invalid } from '#core/errors.js';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { permute } from '#tensor/permute.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { viewOf } from '#tensor/view.js';
import { fixedText } from './fixed-text.js';
import { largest, type Numbers } from './largest.js';

/** Triton classifies no more elements at a time. */
const MOST_ELEMENTS = 1024 * 1024;

const CLASSIFIED = [
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP32',
  'FP64',
] as const satisfies readonly DataType[];

type Classified = (typeof CLASSIFIED)[number];

function isClassified(datatype: DataType): datatype is Classified {
  return CLASSIFIED.some((each) => each === datatype);
}

/** Throws INVALID_ARGUMENT, beginning with Triton's words, for a datatype whose elements have no order among them. */
export function checkClassified(name: string, datatype: DataType): void {
  if (isClassified(datatype)) return;
  throw invalid(
    `class result not available for output '${name}' due to unsupported type '${datatype}': classification takes ${CLASSIFIED.join(', ')}`,
  );
}

/** How an output is classified. */
export interface Classification {
  /** How many of the largest elements; one at least. */
  readonly classes: number;
  /** What the elements stand for, by position; those behind the last one, and empty ones, have no label. */
  readonly labels: readonly string[];
  /** The axis along which the rows of a batch lie: each is classified by itself. Null where there is no batch. */
  readonly batchAxis: number | null;
}

/**
 * Triton's `classification`: of an output its largest elements, as a BYTES tensor of shape [classes], or [rows, classes]
 * with a batch axis. Each is `value:position` or `value:position:label`, the largest first; of equal ones the lower
 * position first, and NaN last. There are no more of them than elements. Throws INVALID_ARGUMENT for a datatype that
 * has no order, for more than 1 Mi elements in a row, and for more than 1 Mi texts.
 */
export function classify(tensor: Tensor, { classes, labels, batchAxis }: Classification): Tensor {
  const { name, datatype, shape } = tensor;
  checkClassified(name, datatype);
  const hasBatchAxis = batchAxis !== null;
  const { data } = hasBatchAxis && batchAxis > 0 ? permute(tensor, rowsFirst(shape, batchAxis)) : tensor;
  // Narrowed by the check, which the type system cannot see through the throw.
  const values = viewOf(data, datatype as Classified);
  const rows = hasBatchAxis ? (shape[batchAxis] ?? 1) : 1;
  const rowLength = elementCount(shape.filter((_, axis) => axis !== batchAxis));
  if (rowLength > MOST_ELEMENTS) {
    throw invalid(
      `output '${name}' of shape ${formatShape(shape)} cannot be classified: it has ${rowLength} elements${hasBatchAxis ? ' in a row' : ''}, and the most is ${MOST_ELEMENTS}`,
    );
  }
  const kept = Math.min(classes, rowLength);
  if (rows * kept > MOST_ELEMENTS) {
    throw invalid(
      `output '${name}' of shape ${formatShape(shape)} cannot be classified: ${kept} classes for each of ${rows} rows are more than ${MOST_ELEMENTS}`,
    );
  }
  const texts: string[] = [];
  for (let row = 0; row < rows; row++) {
    const elements: Numbers = values.subarray(row * rowLength, (row + 1) * rowLength);
    for (const at of largest(elements, kept)) {
      const value = valueText(elements[at] as number | bigint, datatype);
      texts.push(labels[at] ? `${value}:${at}:${labels[at]}` : `${value}:${at}`);
    }
  }
  return {
    name,
    datatype: 'BYTES',
    shape: hasBatchAxis ? [rows, kept] : [kept],
    data: encodeTexts(texts),
  };
}

/** The order of axes with which each row's elements lie together. */
function rowsFirst(shape: readonly number[], batchAxis: number): readonly number[] {
  return [batchAxis, ...shape.flatMap((_, axis) => (axis === batchAxis ? [] : axis))];
}

function valueText(value: number | bigint, datatype: DataType): string {
  const isFloat = datatype === 'FP32' || datatype === 'FP64';
  return isFloat ? fixedText(Number(value)) : String(value);
}
