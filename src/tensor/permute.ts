import { DATATYPE_BYTES } from './datatype.js';
import type { Tensor } from './tensor.js';

/** Whether `order` names each of `rank` axes once. */
export function isPermutation(order: readonly number[], rank: number): boolean {
  return order.length === rank && order.every((axis, i) => axis in order && order.indexOf(axis) === i);
}

/** The shape that `permute` gives: axis i of the result is axis order[i] of the tensor. */
export function permuteShape(shape: readonly number[], order: readonly number[]): readonly number[] {
  return order.map((axis) => shape[axis] ?? 1);
}

/** The order that undoes `order`. */
export function invertOrder(order: readonly number[]): readonly number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/**
 * The tensor with its axes in another order, as torch.permute does it: [0,3,1,2] makes NCHW of NHWC. Its bytes are its
 * own. `order` must be a permutation of the tensor's axes, and the datatype one of fixed size.
 */
export function permute(tensor: Tensor, order: readonly number[]): Tensor {
  const data = permuteBytes(tensor.data, tensor.shape, order, DATATYPE_BYTES[tensor.datatype]);
  return { ...tensor, shape: permuteShape(tensor.shape, order), data };
}

/** The same for bare bytes, whatever an element is. */
export function permuteBytes(
  data: Uint8Array,
  shape: readonly number[],
  order: readonly number[],
  elementBytes: number,
): Uint8Array {
  const result = new Uint8Array(data.byteLength);
  if (data.byteLength === 0) return result;
  const plan = planOf(shape, order, elementBytes);
  if (plan.axes.length === 0) {
    result.set(data);
    return result;
  }
  // Four bytes at a time where a run allows it. Not eight: that would make a BigInt of every element.
  const wordBytes = plan.runBytes % 4 === 0 ? 4 : plan.runBytes % 2 === 0 ? 2 : 1;
  const aligned = data.byteOffset % wordBytes === 0 ? data : new Uint8Array(data);
  copyAxes(wordsOf(aligned, wordBytes), wordsOf(result, wordBytes), plan.axes, plan.runBytes / wordBytes);
  return result;
}

function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array, wordBytes: 1 | 2 | 4): Words {
  if (wordBytes === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  if (wordBytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** An axis of the result: its length, and how many runs of the source lie between two of its steps. */
interface Axis {
  readonly length: number;
  readonly stride: number;
}

interface Plan {
  readonly axes: readonly Axis[];
  /** Bytes that stay together. */
  readonly runBytes: number;
}

/** Axes of length 1 fall away, axes that stay neighbours become one, and what stays innermost becomes part of the run. */
function planOf(shape: readonly number[], order: readonly number[], elementBytes: number): Plan {
  const axes: Axis[] = [];
  for (const axis of order) {
    const length = shape[axis] ?? 1;
    if (length === 1) continue;
    const stride = shape.slice(axis + 1).reduce((product, each) => product * each, 1);
    const before = axes.at(-1);
    if (before !== undefined && before.stride === length * stride) {
      axes[axes.length - 1] = { length: before.length * length, stride };
    } else {
      axes.push({ length, stride });
    }
  }
  const run = axes.at(-1)?.stride === 1 ? (axes.pop()?.length ?? 1) : 1;
  return {
    axes: axes.map(({ length, stride }) => ({ length, stride: stride / run })),
    runBytes: run * elementBytes,
  };
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** A run longer than this is faster copied as a block than word by word. */
const BLOCK_WORDS = 32;

function copyAxes(from: Words, to: Words, axes: readonly Axis[], runWords: number): void {
  let written = 0;
  const visit = (depth: number, start: number): void => {
    const axis = axes[depth];
    if (axis === undefined) return;
    const step = axis.stride * runWords;
    const end = start + axis.length * step;
    if (depth < axes.length - 1) {
      for (let at = start; at < end; at += step) visit(depth + 1, at);
    } else if (runWords === 1) {
      for (let at = start; at < end; at += step) to[written++] = from[at] ?? 0;
    } else if (runWords <= BLOCK_WORDS) {
      for (let at = start; at < end; at += step) {
        for (let word = at; word < at + runWords; word++) to[written++] = from[word] ?? 0;
      }
    } else {
      for (let at = start; at < end; at += step) {
        to.set(from.subarray(at, at + runWords), written);
        written += runWords;
      }
    }
  };
  visit(0, 0);
}
