import { messageOf, ServingError } from '#core/errors.js';
import { checkByteStrings, LENGTH_BYTES } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { findSpec, rowAxisOf, type SequenceModel, wrong } from './sequence-model.js';
import type { SequenceState } from './sequence-options.js';

/** What one request of a sequence leaves to the next. */
export interface KeptState {
  /** Without the batch axis. */
  readonly dims: readonly number[];
  /** Nobody else's. */
  readonly data: Uint8Array;
}

/** A state and the tensors of a model that it is read from and written to. */
export interface BoundState {
  readonly state: SequenceState;
  /** What the first request of a sequence finds. */
  readonly initial: KeptState;
  /** Where the batch axis is in each; null where the model has none. */
  readonly inputAxis: number | null;
  readonly outputAxis: number | null;
}

/** Reads a file that holds an initial state. Rejects where it cannot. */
export type ReadInitial = (file: string) => Promise<Uint8Array>;

export function statePlace(index: number): string {
  return `sequence_batching.state[${index}]`;
}

/** Rejects with INVALID_ARGUMENT where the model has no such tensors, or an initial state is not one. */
export function bindStates(
  states: readonly SequenceState[],
  model: SequenceModel,
  readInitial: ReadInitial,
): Promise<readonly BoundState[]> {
  return Promise.all(states.map((state, i) => bindState(state, model, readInitial, statePlace(i))));
}

async function bindState(
  state: SequenceState,
  model: SequenceModel,
  readInitial: ReadInitial,
  place: string,
): Promise<BoundState> {
  const inputAxis = checkTensor(state, model, 'input', place);
  const outputAxis = checkTensor(state, model, 'output', place);
  return { state, inputAxis, outputAxis, initial: await initialOf(state, readInitial, place) };
}

/** The batch axis of the tensor, which must be as the state says. */
function checkTensor(
  { inputName, outputName, datatype, dims }: SequenceState,
  model: SequenceModel,
  kind: 'input' | 'output',
  place: string,
): number | null {
  const name = kind === 'input' ? inputName : outputName;
  const spec = findSpec(model, kind, { name, datatype }, place);
  const axis = rowAxisOf(model, name);
  if (fitsSpec(dims, axis === null ? spec.shape : spec.shape.toSpliced(axis, 1))) return axis;
  const batch = axis === null ? '' : ` with the batch on axis ${axis}`;
  throw wrong(
    place,
    `the shape of ${kind} '${name}' is ${formatShape(spec.shape)} in the model file${batch}, and dims ${formatShape(dims)} do not fit it`,
  );
}

async function initialOf(
  { datatype, dims, initial }: SequenceState,
  readInitial: ReadInitial,
  place: string,
): Promise<KeptState> {
  // Triton's rule for an axis that nothing is said of.
  const first = initial?.dims ?? dims.map((axis) => (axis === -1 ? 1 : axis));
  const count = elementCount(first);
  if (!fitsSpec(first, dims) || Number.isNaN(count)) {
    throw wrong(
      `${place}.initial_state`,
      `dims ${formatShape(first)} are none that dims ${formatShape(dims)} of the state allow`,
    );
  }
  // A text of length 0 is its length alone.
  const byteLength = count * (datatype === 'BYTES' ? LENGTH_BYTES : DATATYPE_BYTES[datatype]);
  if (initial === null || initial.file === null) return { dims: first, data: new Uint8Array(byteLength) };
  const data = await read(initial.file, readInitial, place);
  if (datatype === 'BYTES') checkByteStrings(data, count, `${place}.initial_state: '${initial.file}'`);
  else if (data.byteLength !== byteLength) {
    throw wrong(
      `${place}.initial_state`,
      `'${initial.file}' has ${data.byteLength} bytes, but ${datatype} ${formatShape(first)} needs ${byteLength}`,
    );
  }
  return { dims: first, data: new Uint8Array(data) };
}

async function read(file: string, readInitial: ReadInitial, place: string): Promise<Uint8Array> {
  try {
    return await readInitial(file);
  } catch (thrown) {
    throw wrong(`${place}.initial_state`, `'${file}' cannot be read: ${messageOf(thrown)}`);
  }
}

/** A state as the input of a request. Its bytes may be given away. */
export function stateInput({ state, inputAxis }: BoundState, { dims, data }: KeptState): Tensor {
  const { inputName: name, datatype } = state;
  return { name, datatype, shape: withRow(dims, inputAxis), data: new Uint8Array(data) };
}

/**
 * What a run made of a state, as a copy: its bytes may lie beside those of other requests. Throws INTERNAL where the model
 * does not keep to the shape that was promised.
 */
export function keptState({ state, outputAxis }: BoundState, output: Tensor): KeptState {
  const { shape } = output;
  const dims = outputAxis === null ? shape : shape.toSpliced(outputAxis, 1);
  if (!fitsSpec(dims, state.dims) || (outputAxis !== null && shape[outputAxis] !== 1)) {
    throw new ServingError(
      'INTERNAL',
      `the model made the state '${state.outputName}' of shape ${formatShape(shape)}, which dims ${formatShape(state.dims)} do not allow`,
    );
  }
  return { dims, data: new Uint8Array(output.data) };
}

/** The shape of one row. */
function withRow(dims: readonly number[], axis: number | null): readonly number[] {
  return axis === null ? dims : dims.toSpliced(axis, 0, 1);
}
