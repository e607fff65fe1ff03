import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { SequenceRef } from '#inference/request.js';
import { encodeTexts } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import { formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { findSpec, rowAxisOf, type SequenceModel, wrong } from './sequence-model.js';
import type { SequenceControl } from './sequence-options.js';

/** Where in its sequence a request is, as the model hears it. */
export interface SequencePosition {
  readonly id: SequenceRef['id'];
  /** Nothing came before it. */
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

/** Makes the tensor of one control for one request. Throws INVALID_ARGUMENT for an id that it cannot say. */
export type ControlMaker = (position: SequencePosition) => Tensor;

/** Triton's bound for ids that are text. */
const MAX_ID_BYTES = 128;

export function controlPlace(index: number): string {
  return `sequence_batching.control_input[${index}]`;
}

/**
 * The makers of the tensors of a model's control inputs: one element each, in the shape that the input asks for. Throws
 * INVALID_ARGUMENT where the model has no such input.
 */
export function bindControls(
  controls: readonly SequenceControl[],
  model: SequenceModel,
): readonly ControlMaker[] {
  return controls.map((control, i) => bindControl(control, model, controlPlace(i)));
}

function bindControl(control: SequenceControl, model: SequenceModel, place: string): ControlMaker {
  const { name, datatype, kind } = control;
  const spec = findSpec(model, 'input', control, place);
  // A model that was compiled for batches of some rows says so on that axis.
  const rowAxis = rowAxisOf(model, name);
  if (spec.shape.some((axis, i) => i !== rowAxis && axis !== 1 && axis !== -1)) {
    const found = formatShape(spec.shape);
    throw wrong(place, `input '${name}' takes one element of each row, but its shape is ${found}`);
  }
  const shape = spec.shape.map(() => 1);
  if (kind === 'CORRID') {
    const encode = idEncoder(datatype, model.name, place);
    return ({ id }) => ({ name, datatype, shape, data: encode(id) });
  }
  const [no, yes] = flagBytes(control, place);
  // A request is there, so its row is ready.
  const says = { READY: () => true, START: startOf, END: endOf }[kind];
  // The bytes are given away with every request.
  return (position) => ({ name, datatype, shape, data: (says(position) ? yes : no).slice() });
}

const startOf = ({ isStart }: SequencePosition): boolean => isStart;
const endOf = ({ isEnd }: SequencePosition): boolean => isEnd;

const FLAG_ARRAYS: Partial<Record<DataType, (value: number) => ArrayBufferView>> = {
  BOOL: (value) => Uint8Array.of(value),
  INT32: (value) => Int32Array.of(value),
  FP32: (value) => Float32Array.of(value),
};

/** The bytes of no and of yes. */
function flagBytes(
  { kind, datatype, falseTrue }: SequenceControl,
  place: string,
): readonly [no: Uint8Array, yes: Uint8Array] {
  const arrayOf = FLAG_ARRAYS[datatype];
  if (arrayOf === undefined)
    throw wrong(place, `${kind} must be ${Object.keys(FLAG_ARRAYS).join(', ')}, but is ${datatype}`);
  if (falseTrue === null) throw wrong(place, `${kind} needs a value for no and one for yes`);
  const [no, yes] = falseTrue;
  return [bytesOf(arrayOf(no)), bytesOf(arrayOf(yes))];
}

interface IntegerType {
  readonly least: bigint;
  readonly most: bigint;
  readonly arrayOf: (id: bigint) => ArrayBufferView;
}

const INTEGER_IDS: Partial<Record<DataType, IntegerType>> = {
  UINT64: { least: 0n, most: 2n ** 64n - 1n, arrayOf: (id) => BigUint64Array.of(id) },
  INT64: { least: -(2n ** 63n), most: 2n ** 63n - 1n, arrayOf: (id) => BigInt64Array.of(id) },
  UINT32: { least: 0n, most: 2n ** 32n - 1n, arrayOf: (id) => Uint32Array.of(Number(id)) },
  INT32: { least: -(2n ** 31n), most: 2n ** 31n - 1n, arrayOf: (id) => Int32Array.of(Number(id)) },
};

/** How a CORRID input says an id. A number is said to a model of texts by its digits. */
function idEncoder(datatype: DataType, model: string, place: string): (id: SequenceRef['id']) => Uint8Array {
  if (datatype === 'BYTES') return (id) => encodeTexts([String(id)]);
  const type = INTEGER_IDS[datatype];
  if (type === undefined) {
    const known = Object.keys(INTEGER_IDS).join(', ');
    throw wrong(place, `CORRID must be ${known} or BYTES, but is ${datatype}`);
  }
  return (id) => {
    if (typeof id === 'bigint' && id >= type.least && id <= type.most) return bytesOf(type.arrayOf(id));
    const found = typeof id === 'bigint' ? String(id) : `'${clip(id)}'`;
    throw invalid(
      `inference request to model '${model}' has the correlation ID ${found}, but the model takes ${datatype} (${type.least}..${type.most})`,
    );
  };
}

/** Throws INVALID_ARGUMENT, in whatever form the model hears the id, where it is text of more than 128 bytes. */
export function checkIdLength(id: SequenceRef['id'], model: string): void {
  if (typeof id === 'bigint') return;
  const { length } = new TextEncoder().encode(id);
  if (length <= MAX_ID_BYTES) return;
  throw invalid(
    `inference request to model '${model}' has a correlation ID of ${length} bytes, but at most ${MAX_ID_BYTES} are taken`,
  );
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
