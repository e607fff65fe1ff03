import type { TensorClaim } from '#lifecycle/offer.js';
import { MAX_RANK } from '#tensor/shape.js';
import { type At, dictionary, list, mapping } from './collections.js';
import { datatype } from './datatypes.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { anything, integer, number, text } from './scalars.js';
import { optional, required, type Schema, type ValuesOf } from './schema.js';
import { nonEmpty } from './values.js';

/** Rounded: what every floating type but FP16 can hold. */
const LARGEST_FP32 = 3.4e38;

const keys = {
  name: required(nonEmpty, "The name clients use for the file's tensor in this place."),
  datatype: optional(datatype, 'Checked against the file, for instance `FP32`.', "the file's"),
  shape: optional(
    list(integer(-1, 2 ** 31 - 1), MAX_RANK),
    'Checked against the file; -1 stands for an axis of any size.',
    "the file's",
  ),
  tags: optional(dictionary(anything), 'Accepted as in the original; nothing is done with them.'),
  description: optional(text(), 'Shown in the metadata, under `properties`.'),
  batch_axis: optional(
    integer(0, MAX_RANK - 1),
    'The axis along which the rows of a batch lie, where it is not the first.',
    '0',
  ),
};

const inputKeys = {
  ...keys,
  pad_value: optional(
    number(-LARGEST_FP32, LARGEST_FP32),
    'What stands in the places that padding adds; used with `pad_variable_length_inputs`.',
    '0',
  ),
};

/** One element of `inputs`. */
export const inputClaim: Schema<TensorClaim> = mapping(
  'a mapping with the key name',
  inputKeys,
  ({ pad_value, ...values }, at, report) => ({
    ...claimOf(values, at, report),
    ...(pad_value === null ? {} : { padValue: pad_value }),
  }),
);

function claimOf(
  { name, datatype, shape, description, batch_axis }: ValuesOf<typeof keys>,
  at: At<typeof keys>,
  report: Report,
): TensorClaim {
  if (shape !== null && batch_axis !== null && batch_axis >= shape.length) {
    report.problem(
      at('batch_axis'),
      `there is no axis ${batch_axis} in a shape of ${shape.length}, counted from 0`,
    );
  }
  return { name, datatype, shape, description, ...(batch_axis === null ? {} : { batchAxis: batch_axis }) };
}

/** An output as it was written, its labels not yet read. */
export interface OutputEntry {
  readonly claim: TensorClaim;
  readonly labelFile: LabelFile | null;
}

/** A file that a configuration names. */
export interface LabelFile {
  readonly place: Place;
  /** As written: perhaps relative. */
  readonly path: string;
}

const outputKeys = {
  ...keys,
  label_filename: optional(
    nonEmpty,
    'A text file with a label in each line, for `classification`; from the folder of this file, else from the working directory.',
  ),
};

/** One element of `outputs`. */
export const outputEntry: Schema<OutputEntry> = mapping(
  'a mapping with the key name',
  outputKeys,
  ({ label_filename: path, ...values }, at, report) => ({
    claim: claimOf(values, at, report),
    labelFile: path === null ? null : { place: at('label_filename'), path },
  }),
);
