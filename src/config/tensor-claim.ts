import type { TensorClaim } from '#lifecycle/offer.js';
import { DATATYPES, type DataType, isDataType } from '#tensor/datatype.js';
import { MAX_RANK } from '#tensor/shape.js';
import { dictionary, list, mapping } from './collections.js';
import { quoted } from './node.js';
import type { Place } from './problem.js';
import { anything, integer, text } from './scalars.js';
import { didYouMean, optional, required, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

/** What the same types are called elsewhere: in numpy, in ONNX, and by the original, which answered FLOAT32. */
const ALSO_CALLED: Readonly<Record<string, DataType>> = {
  FLOAT: 'FP32',
  FLOAT16: 'FP16',
  FLOAT32: 'FP32',
  FLOAT64: 'FP64',
  HALF: 'FP16',
  DOUBLE: 'FP64',
  BFLOAT16: 'BF16',
  STRING: 'BYTES',
  BOOLEAN: 'BOOL',
};

const datatype: Schema<DataType> = {
  type: 'a datatype of the V2 protocol',
  read(spot, report) {
    const written = text('a datatype of the V2 protocol', datatypeFault).read(spot, report);
    return written !== undefined && isDataType(written) ? written : undefined;
  },
};

function datatypeFault(written: string): string | null {
  if (isDataType(written)) return null;
  const name = written.toUpperCase();
  const known = Object.hasOwn(ALSO_CALLED, name) ? ALSO_CALLED[name] : undefined;
  const hint = known ? `; did you mean "${known}"?` : didYouMean(name, DATATYPES);
  return `expected one of ${DATATYPES.join(', ')}, found ${quoted(written)}${hint}`;
}

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
};

/** One element of `inputs`. */
export const inputClaim: Schema<TensorClaim> = mapping(
  'a mapping with the key name',
  keys,
  ({ name, datatype, shape, description }) => ({ name, datatype, shape, description }),
);

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
  ({ name, datatype, shape, description, label_filename: path }, at) => ({
    claim: { name, datatype, shape, description },
    labelFile: path === null ? null : { place: at('label_filename'), path },
  }),
);
