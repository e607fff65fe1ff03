import type { SequenceState } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';
import { MAX_RANK } from '#tensor/shape.js';
import { mapping, wholeList } from './collections.js';
import { tritonDatatype } from './datatypes.js';
import { fixedDims } from './model-warmup.js';
import type { Place } from './problem.js';
import { boolean, integer } from './scalars.js';
import { optional, required, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

export interface PlacedState {
  readonly inputPlace: Place;
  readonly outputPlace: Place;
  /** Its file perhaps relative. */
  readonly state: SequenceState;
}

interface Initial {
  readonly place: Place;
  readonly datatype: DataType;
  readonly dims: readonly number[];
  readonly file: string | null;
}

const initialState: Schema<Initial> = mapping(
  'a mapping with the keys data_type and dims',
  {
    name: optional(nonEmpty, 'Accepted as in Triton; nothing is done with it.'),
    data_type: required(tritonDatatype, 'That of the state.'),
    dims: required(fixedDims, 'Its shape without the axis of the batch.'),
    zero_data: optional(boolean, 'Zeros, or empty strings.'),
    data_file: optional(
      nonEmpty,
      'A file with its bytes; from the folder of this file, else from the working directory.',
    ),
  },
  ({ data_type: datatype, dims, zero_data, data_file: file }, at, report) => {
    if (Boolean(zero_data) === (file !== null)) {
      const found = file === null ? 'neither' : 'both';
      report.problem(at(), `expected one of zero_data: true and data_file, found ${found}`);
      return undefined;
    }
    return { place: at(), datatype, dims, file };
  },
);

/** An element of Triton's `sequence_batching.state`. */
export const sequenceState: Schema<PlacedState> = mapping(
  'a mapping with the keys input_name, output_name, data_type and dims',
  {
    input_name: required(nonEmpty, 'The input that takes the state.'),
    output_name: required(nonEmpty, 'The output that leaves it.'),
    data_type: required(tritonDatatype, 'Its datatype, `TYPE_FP32` or `FP32`.'),
    dims: required(
      wholeList(integer(-1, 2 ** 31 - 1), MAX_RANK),
      'Its shape without the axis of the batch; -1 stands for an axis of any size.',
    ),
    initial_state: optional(
      wholeList(initialState),
      'What the first request of a sequence finds: a list of one.',
      'zeros',
    ),
  },
  (
    { input_name: inputName, output_name: outputName, data_type: datatype, dims, initial_state },
    at,
    report,
  ) => {
    const [initial, ...others] = initial_state ?? [];
    if (others.length > 0) {
      report.problem(at('initial_state'), `expected one initial state, found ${others.length + 1}`);
    }
    if (initial && initial.datatype !== datatype) {
      report.problem(
        initial.place,
        `its datatype is ${initial.datatype}, and that of the state is ${datatype}`,
      );
    }
    if (initial && !fits(initial.dims, dims)) {
      report.problem(
        initial.place,
        `its dims are [${initial.dims.join(', ')}], and those of the state are [${dims.join(', ')}]`,
      );
    }
    return {
      inputPlace: at('input_name'),
      outputPlace: at('output_name'),
      state: {
        inputName,
        outputName,
        datatype,
        dims,
        initial: initial ? { dims: initial.dims, file: initial.file } : null,
      },
    };
  },
);

function fits(fixed: readonly number[], open: readonly number[]): boolean {
  return fixed.length === open.length && fixed.every((size, i) => open[i] === -1 || open[i] === size);
}
