/** Models that carry a state from request to request, and the options that serve them. */
import type { SequenceOptions } from '#lifecycle/offer.js';
import { bytesOf, tensorInfo } from './onnx-models.js';
import { encodeModel, type TensorDef } from './onnx-writer.js';

const scalar = (name: string, value: number): TensorDef => ({
  name,
  type: 'FLOAT',
  shape: [],
  raw: bytesOf(Float32Array.of(value)),
});

/** How much of the state is left at the next request. */
export const DECAY: number = Math.fround(0.7);

/**
 * Rows of two elements: `y` = `h_next` = `x` + 0.7 `h`, where `h` counts as zeros at a START. `told` is START, END and
 * READY of each row as numbers, `who` its CORRID.
 */
export function decayModel(): Uint8Array {
  const asFloat = { to: 1 };
  return encodeModel({
    graph: {
      nodes: [
        { op: 'Cast', inputs: ['START'], outputs: ['start'], attributes: asFloat },
        { op: 'Cast', inputs: ['END'], outputs: ['end'], attributes: asFloat },
        { op: 'Concat', inputs: ['start', 'end', 'READY'], outputs: ['told'], attributes: { axis: 1 } },
        { op: 'Identity', inputs: ['CORRID'], outputs: ['who'] },
        { op: 'Sub', inputs: ['one', 'start'], outputs: ['keep'] },
        { op: 'Mul', inputs: ['h', 'keep'], outputs: ['kept'] },
        { op: 'Mul', inputs: ['kept', 'decay'], outputs: ['decayed'] },
        { op: 'Add', inputs: ['x', 'decayed'], outputs: ['y'] },
        { op: 'Identity', inputs: ['y'], outputs: ['h_next'] },
      ],
      initializers: [scalar('one', 1), scalar('decay', DECAY)],
      inputs: [
        tensorInfo('h', 'FP32', ['batch', 2]),
        tensorInfo('x', 'FP32', ['batch', 2]),
        tensorInfo('START', 'INT32', ['batch', 1]),
        tensorInfo('END', 'BOOL', ['batch', 1]),
        tensorInfo('READY', 'FP32', ['batch', 1]),
        tensorInfo('CORRID', 'BYTES', ['batch', 1]),
      ],
      outputs: [
        tensorInfo('y', 'FP32', ['batch', 2]),
        tensorInfo('h_next', 'FP32', ['batch', 2]),
        tensorInfo('told', 'FP32', ['batch', 3]),
        tensorInfo('who', 'BYTES', ['batch', 1]),
      ],
    },
  });
}

/** A sequence of the tests is never idle for so long. */
const maxIdleMs = 600_000;

export const DECAY_OPTIONS: SequenceOptions = {
  maxIdleMs,
  strategy: { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 },
  controls: [
    { name: 'START', kind: 'START', datatype: 'INT32', falseTrue: [0, 1] },
    { name: 'END', kind: 'END', datatype: 'BOOL', falseTrue: [0, 1] },
    { name: 'READY', kind: 'READY', datatype: 'FP32', falseTrue: [0, 1] },
    { name: 'CORRID', kind: 'CORRID', datatype: 'BYTES', falseTrue: null },
  ],
  states: [{ inputName: 'h', outputName: 'h_next', datatype: 'FP32', dims: [2], initial: null }],
};

/** What the decay model makes of a sequence of rows, bit for bit. */
export function decayed(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  let state = [0, 0];
  return rows.map((row) => {
    state = row.map((x, i) => Math.fround(x + Math.fround(DECAY * (state[i] as number))));
    return state;
  });
}

/** `y` = `past_next` = `past` and `x` behind it: a state that grows with every request. */
export function growingModel(): Uint8Array {
  return encodeModel({
    graph: {
      nodes: [
        { op: 'Concat', inputs: ['past', 'x'], outputs: ['y'], attributes: { axis: 1 } },
        { op: 'Identity', inputs: ['y'], outputs: ['past_next'] },
      ],
      inputs: [tensorInfo('x', 'INT32', ['batch', 'new']), tensorInfo('past', 'INT32', ['batch', 'old'])],
      outputs: [
        tensorInfo('y', 'INT32', ['batch', 'all']),
        tensorInfo('past_next', 'INT32', ['batch', 'all']),
      ],
    },
  });
}

/** @param dims how long the state is at first, and the file that holds it */
export function growingOptions(dims: readonly number[], file: string | null): SequenceOptions {
  return {
    maxIdleMs,
    strategy: {
      kind: 'oldest',
      maxCandidates: 8,
      preferredRows: [],
      maxDelayMs: 0,
      preserveOrdering: false,
    },
    controls: [],
    states: [
      {
        inputName: 'past',
        outputName: 'past_next',
        datatype: 'INT32',
        dims: [-1],
        initial: { dims, file },
      },
    ],
  };
}
