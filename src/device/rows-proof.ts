import { messageOf } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { encodeTexts } from '#tensor/byte-strings.js';
import { concatRows } from '#tensor/concat.js';
import type { DataType } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel } from '#worker/messages.js';
import type { Run } from './instance.js';
import { rowDifference } from './row-difference.js';
import { randomElements } from './sample-elements.js';

/** Sizes for the axes that a request chooses, tried in turn: a text is short, an image must have room for kernels. */
const TRIED_SIZES: readonly number[] = [8, 64, 256];
/** Larger rows are not tried: the proof must cost no more than a request. */
const MOST_ELEMENTS = 1024 * 1024 * 4;

export type RowsProof =
  /** Rows of a batch are answered as each of them is alone. */
  | { readonly kind: 'independent' }
  | { readonly kind: 'mixed'; readonly why: string }
  /** Nothing is known: the inputs that were made up could not be run, or the model answers differently every time. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Finds out whether the first axis of a model's tensors is that of a batch, by running two rows of made-up inputs, each
 * alone and both together. An open first axis does not say so by itself: it may be the time of a sequence, or the
 * model may compare the rows with each other. Every input must have its first axis open.
 */
export async function proveRows(model: LoadedModel, run: Run): Promise<RowsProof> {
  const isOpen = model.inputs.some(({ shape }) => shape.slice(1).includes(-1));
  let proof: RowsProof = { kind: 'unknown', why: 'its rows are too large to try' };
  for (const size of isOpen ? TRIED_SIZES : [1]) {
    if (model.inputs.some((spec) => elementCount(rowShape(spec, size)) > MOST_ELEMENTS)) break;
    proof = await proveWith(model, run, size);
    if (proof.kind !== 'unknown') break;
  }
  return proof;
}

async function proveWith(model: LoadedModel, run: Run, size: number): Promise<RowsProof> {
  const outputs = model.outputs.map(({ name }) => name);
  // Made anew for each run: their bytes are given away.
  const row = (i: Row): readonly Tensor[] => model.inputs.map((spec) => inputRow(spec, size, i));
  const runRow = async (i: Row): Promise<readonly Tensor[]> => (await run(row(i), outputs)).outputs;
  let alone: readonly (readonly Tensor[])[];
  try {
    alone = [await runRow('a'), await runRow('b')];
  } catch (thrown) {
    return { kind: 'unknown', why: messageOf(thrown) };
  }
  if (alone.flat().every(({ data }) => data.byteLength === 0)) {
    return { kind: 'unknown', why: 'its answers are empty' };
  }
  const why = await differenceTogether(alone, async () => {
    const [a, b] = [row('a'), row('b')];
    const both = a.map((tensor, i) => concatRows([tensor, ...b.slice(i, i + 1)]));
    return (await run(both, outputs)).outputs;
  });
  if (why === null) return { kind: 'independent' };
  const again = await Promise.all([runRow('a'), runRow('b')]).catch(() => alone);
  const isRandom = alone.some((tensors, i) => tensors.some((tensor, k) => !isSame(tensor, again[i]?.[k])));
  return isRandom
    ? { kind: 'unknown', why: 'it answers the same request differently every time' }
    : { kind: 'mixed', why };
}

/** What speaks against a batch of the rows that were run alone, in words; null for nothing. */
async function differenceTogether(
  alone: readonly (readonly Tensor[])[],
  runBoth: () => Promise<readonly Tensor[]>,
): Promise<string | null> {
  let together: readonly Tensor[];
  try {
    together = await runBoth();
  } catch (thrown) {
    return `two rows cannot be run as one batch (${messageOf(thrown)})`;
  }
  for (const [k, batch] of together.entries()) {
    const difference = rowDifference(
      alone.flatMap((tensors) => tensors.slice(k, k + 1)),
      batch,
    );
    if (difference !== null) return difference;
  }
  return null;
}

function isSame(before: Tensor, after: Tensor | undefined): boolean {
  return (
    after !== undefined &&
    before.shape.join() === after.shape.join() &&
    rowDifference([asRow(before)], asRow(after)) === null
  );
}

/** All of a tensor as one row. */
function asRow(tensor: Tensor): Tensor {
  return { ...tensor, shape: [1, ...tensor.shape] };
}

type Row = 'a' | 'b';

function rowShape({ shape }: TensorSpec, size: number): readonly number[] {
  return [1, ...shape.slice(1).map((axis) => (axis === -1 ? size : axis))];
}

function inputRow(spec: TensorSpec, size: number, row: Row): Tensor {
  const { name, datatype } = spec;
  const shape = rowShape(spec, size);
  return { name, datatype, shape, data: rowElements(datatype, elementCount(shape), name, row) };
}

/** No element of one row is that of the other, but for real numbers that chance makes alike. */
function rowElements(datatype: DataType, count: number, name: string, row: Row): Uint8Array {
  switch (datatype) {
    case 'BYTES':
      return encodeTexts(new Array<string>(count).fill(row));
    case 'FP16':
    case 'BF16':
    case 'FP32':
    case 'FP64':
      return randomElements(datatype, count, `${name}/${row}`);
    default: {
      const data = randomElements(datatype, count, name);
      if (row === 'a') return data;
      const size = data.byteLength / Math.max(1, count);
      // 0 becomes 1 and 1 becomes 0, in the first byte of each little-endian integer.
      return data.map((byte, at) => (at % size === 0 ? byte ^ 1 : byte));
    }
  }
}
