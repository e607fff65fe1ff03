import { LEAST_SPARE_BYTES, spareBuffers } from '#core/spare-buffers.js';
import { decodeByteStrings, encodeByteStrings } from './byte-strings.js';
import { DATATYPE_BYTES } from './datatype.js';
import { fillElements } from './fill.js';
import { elementCount, formatShape } from './shape.js';
import type { Tensor } from './tensor.js';

/** A tensor and the index in a larger one at which its first element is to stand. */
export interface Block {
  readonly tensor: Tensor;
  readonly start: readonly number[];
}

/**
 * A tensor put together of blocks that do not overlap; `value` stands where there is none, and the empty text in a
 * BYTES tensor. Every byte is copied once. Throws a RangeError for a block that is of another datatype, does not lie
 * within the shape or has not its own bytes: a request must never get at the place of another.
 */
export function assemble(head: Omit<Tensor, 'data'>, blocks: readonly Block[], value = 0): Tensor {
  for (const block of blocks) checkBlock(block, head);
  if (head.datatype === 'BYTES') return assembleTexts(head, blocks);
  const count = elementCount(head.shape);
  const { data, isClean } = newBytes(count * DATATYPE_BYTES[head.datatype]);
  const given = blocks.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0);
  if (given < count && !(isClean && value === 0)) fillElements(data, head.datatype, value);
  for (const { tensor, start } of blocks) {
    const from = { data: tensor.data, shape: tensor.shape, start: start.map(() => 0) };
    copyBlock(from, { data, shape: head.shape, start }, tensor.shape, DATATYPE_BYTES[head.datatype]);
  }
  return { name: head.name, datatype: head.datatype, shape: head.shape, data };
}

function checkBlock({ tensor, start }: Block, { datatype, shape }: Omit<Tensor, 'data'>): void {
  const fits =
    tensor.datatype === datatype &&
    tensor.shape.length === shape.length &&
    shape.every((axis, i) => (start[i] ?? 0) + (tensor.shape[i] ?? 0) <= axis);
  if (!fits) {
    throw new RangeError(
      `${tensor.datatype} ${formatShape(tensor.shape)} at ${formatShape(start)} does not lie within ${datatype} ${formatShape(shape)}`,
    );
  }
  checkBytes(tensor);
}

/** Throws a RangeError unless a tensor has the bytes of its shape. BYTES are checked where they are read. */
export function checkBytes({ name, datatype, shape, data }: Tensor): void {
  if (datatype === 'BYTES') return;
  const bytes = elementCount(shape) * DATATYPE_BYTES[datatype];
  if (data.byteLength === bytes) return;
  throw new RangeError(
    `tensor '${name}' has ${data.byteLength} bytes; ${datatype} ${formatShape(shape)} takes ${bytes}`,
  );
}

/** The block of a tensor that begins at an index and has this shape, in a buffer of its own. It must lie within. */
export function cutBlock(tensor: Tensor, start: readonly number[], shape: readonly number[]): Tensor {
  const { name, datatype } = tensor;
  if (datatype === 'BYTES') return cutTexts(tensor, start, shape);
  const data = new Uint8Array(elementCount(shape) * DATATYPE_BYTES[datatype]);
  const to = { data, shape, start: start.map(() => 0) };
  copyBlock({ data: tensor.data, shape: tensor.shape, start }, to, shape, DATATYPE_BYTES[datatype]);
  return { name, datatype, shape, data };
}

/** Bytes of which all or most are those of their buffer. They are all zero if they are clean, else anything. */
export function newBytes(byteLength: number): { readonly data: Uint8Array; readonly isClean: boolean } {
  const spare = byteLength < LEAST_SPARE_BYTES ? null : spareBuffers.take(byteLength);
  if (spare === null) return { data: new Uint8Array(byteLength), isClean: true };
  return { data: new Uint8Array(spare, 0, byteLength), isClean: false };
}

/** Texts have no fixed size, so their numbers are moved first, as 32-bit words of which 0 is the empty text. */
function assembleTexts(head: Omit<Tensor, 'data'>, blocks: readonly Block[]): Tensor {
  const texts: Uint8Array[] = [new Uint8Array(0)];
  const numbers = new Uint32Array(elementCount(head.shape));
  const to = { data: bytesOf(numbers), shape: head.shape };
  for (const { tensor, start } of blocks) {
    const first = texts.length;
    const own = decodeByteStrings(tensor.data, elementCount(tensor.shape), `tensor '${tensor.name}'`);
    for (const text of own) texts.push(text);
    const data = bytesOf(Uint32Array.from(own, (_, i) => first + i));
    const from = { data, shape: tensor.shape, start: start.map(() => 0) };
    copyBlock(from, { ...to, start }, tensor.shape, NUMBER_BYTES);
  }
  const data = encodeByteStrings(Array.from(numbers, (number) => texts[number] as Uint8Array));
  return { name: head.name, datatype: head.datatype, shape: head.shape, data };
}

function cutTexts(tensor: Tensor, start: readonly number[], shape: readonly number[]): Tensor {
  const { name, datatype } = tensor;
  const texts = decodeByteStrings(tensor.data, elementCount(tensor.shape), `tensor '${name}'`);
  const data = bytesOf(Uint32Array.from(texts, (_, i) => i));
  const numbers = new Uint32Array(elementCount(shape));
  const to = { data: bytesOf(numbers), shape, start: start.map(() => 0) };
  copyBlock({ data, shape: tensor.shape, start }, to, shape, NUMBER_BYTES);
  const wanted = Array.from(numbers, (number) => texts[number] as Uint8Array);
  return { name, datatype, shape, data: encodeByteStrings(wanted) };
}

const NUMBER_BYTES = Uint32Array.BYTES_PER_ELEMENT;

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A row-major array, and an index in it. */
interface Corner {
  readonly data: Uint8Array;
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** A shorter run is faster copied byte by byte. */
const LEAST_RUN_BYTES = 32;

/** Copies as many elements along each axis as `block` says, from one index to the other. */
function copyBlock(from: Corner, to: Corner, block: readonly number[], elementBytes: number): void {
  if (block.includes(0)) return;
  const fromStrides = stridesOf(from.shape, elementBytes);
  const toStrides = stridesOf(to.shape, elementBytes);
  // What lies side by side in both: the innermost axes that are copied as a whole, and the next one outside of them.
  let depth = block.length;
  let runBytes = elementBytes;
  let isWhole = true;
  while (depth > 0 && isWhole) {
    depth--;
    const length = block[depth] ?? 1;
    runBytes *= length;
    isWhole = length === from.shape[depth] && length === to.shape[depth];
  }
  const visit = (axis: number, fromAt: number, toAt: number): void => {
    if (axis === depth) {
      copyRun(from.data, fromAt, to.data, toAt, runBytes);
      return;
    }
    const [fromStep, toStep] = [fromStrides[axis] ?? 0, toStrides[axis] ?? 0];
    for (let i = 0; i < (block[axis] ?? 1); i++) visit(axis + 1, fromAt + i * fromStep, toAt + i * toStep);
  };
  visit(0, offsetOf(from.start, fromStrides), offsetOf(to.start, toStrides));
}

function copyRun(from: Uint8Array, fromAt: number, to: Uint8Array, toAt: number, bytes: number): void {
  if (bytes >= LEAST_RUN_BYTES) to.set(from.subarray(fromAt, fromAt + bytes), toAt);
  else for (let i = 0; i < bytes; i++) to[toAt + i] = from[fromAt + i] ?? 0;
}

/** How many bytes lie between two neighbours along each axis. */
function stridesOf(shape: readonly number[], elementBytes: number): readonly number[] {
  const strides = new Array<number>(shape.length);
  let stride = elementBytes;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

function offsetOf(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((sum, each, axis) => sum + each * (strides[axis] ?? 0), 0);
}
