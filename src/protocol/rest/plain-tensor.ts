import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { shapeOfRows } from '#inference/batch-axis.js';
import type { TensorSpec } from '#inference/metadata.js';
import { wrongElementCount } from '#protocol/request-faults.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET } from './json-bytes.js';
import { readTensorData } from './json-data.js';
import type { TensorHead } from './json-data-elements.js';
import type { JsonForm } from './json-form.js';
import { JsonReader } from './json-reader.js';

/** Plain JSON has no other way to say them. */
const FORM: JsonForm = { halves: true, base64: false };

/**
 * Reads an input that is written as its only element, or as a flat array: the model says what it is. Its shape follows
 * from the number of elements. Throws INVALID_ARGUMENT where that cannot be the model's, or leaves its shape open.
 *
 * @param hasBatchAxis whether the model has batches: the axis of the batch is 1 then
 */
export function readPlainTensor(reader: JsonReader, spec: TensorSpec, hasBatchAxis: boolean): Tensor {
  const { name, datatype } = spec;
  const isArray = reader.peek() === OPEN_BRACKET;
  const from = reader.at;
  const count = isArray ? countElements(reader, name) : skipElement(reader);
  const shape = shapeOf(count, spec, hasBatchAxis);
  const head: TensorHead = { place: name, name, shape, datatype };
  if (!isArray) {
    const element = new JsonReader(bracketed(reader.bytes.subarray(from, reader.at)));
    return { name, datatype, shape, data: readTensorData(element, head, FORM) };
  }
  reader.at = from;
  return { name, datatype, shape, data: readTensorData(reader, head, FORM) };
}

function countElements(reader: JsonReader, name: string): number {
  let count = 0;
  reader.elements('', (index) => {
    const first = reader.peek();
    if (first === OPEN_BRACKET || first === OPEN_BRACE) {
      const found = reader.description();
      throw invalid(
        `input '${clip(name)}' must be one element or a flat array of them, but its element ${index} is ${found}`,
      );
    }
    reader.skip();
    count++;
  });
  return count;
}

function skipElement(reader: JsonReader): number {
  reader.skip();
  return 1;
}

/** One value, which is known to be JSON, as an array of it. */
function bracketed(value: Uint8Array): Uint8Array {
  const array = new Uint8Array(value.length + 2);
  array[0] = OPEN_BRACKET;
  array.set(value, 1);
  array[value.length + 1] = CLOSE_BRACKET;
  return array;
}

/** The shape that so many elements have in a model's input: one open axis at most takes what the others leave. */
function shapeOf(count: number, input: TensorSpec, hasBatchAxis: boolean): readonly number[] {
  const { name, shape, datatype } = input;
  const spec = hasBatchAxis ? shapeOfRows(input, 1) : shape;
  const open = spec.filter((axis) => axis === -1).length;
  if (open > 1) {
    throw invalid(
      `the shape of input '${clip(name)}' cannot be deduced from its elements, because more than one of its axes is open: it is ${formatShape(shape)}. Please use infer, where a request says its shapes`,
    );
  }
  if (open === 0) {
    if (count !== elementCount(spec)) throw wrongElementCount(count, { name, datatype, shape: spec });
    return spec;
  }
  const unit = elementCount(spec.filter((axis) => axis !== -1));
  // Of an axis of no elements there can be no number of others.
  if (unit === 0 ? count > 0 : count % unit !== 0) {
    const elements = count === 1 ? '1 element' : `${count} elements`;
    throw invalid(
      `input '${clip(name)}' has ${elements} but its shape ${formatShape(spec)} needs a multiple of ${unit}`,
    );
  }
  return spec.map((axis) => (axis === -1 ? count / Math.max(unit, 1) : axis));
}
