import { mapping, type Placed, placed, wholeList } from '#config/collections.js';
import { tritonDatatype } from '#config/datatypes.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { boolean, choice, integer } from '#config/scalars.js';
import { optional, required, type Schema, type ValuesOf } from '#config/schema.js';
import type { LabelFile } from '#config/tensor-claim.js';
import { nonEmpty } from '#config/values.js';
import type { TensorClaim } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';
import { reshapeFault } from '#tensor/reshape.js';
import { MAX_RANK } from '#tensor/shape.js';
import { TENSOR_FORMATS, type TensorFormat } from '#tensor/tensor-format.js';

/** An input or output of ModelConfig, its shapes without the axis of the batch. */
export interface TritonTensor {
  readonly name: string;
  readonly datatype: DataType;
  /** As clients see it; -1 is an axis of any size. */
  readonly dims: readonly number[];
  /** As the model sees it, where that is another. */
  readonly reshaped: Placed<readonly number[]> | null;
  readonly format: TensorFormat | null;
  /** Requests may leave it out. */
  readonly isOptional: boolean;
  readonly labelFile: LabelFile | null;
}

const dims = wholeList(integer(-1, 2 ** 31 - 1), MAX_RANK);

/** What protobuf leaves out where it is empty stays here: a reshape to no axes at all. */
const reshape: Schema<Placed<readonly number[]>> = placed(
  mapping(
    'a message with the field shape',
    { shape: optional(dims, 'The shape.', '[]') },
    ({ shape }) => shape ?? [],
  ),
);

const keys = {
  name: required(nonEmpty, "The tensor's name in the model file."),
  data_type: required(tritonDatatype, 'Checked against the file.'),
  dims: optional(dims, 'Its shape without the axis of the batch; -1 is an axis of any size.', '[]'),
  reshape: optional(reshape, 'The shape that the model has for it.'),
};

type Common = typeof keys;

function tensorOf(
  { name, data_type: datatype, dims, reshape }: ValuesOf<Common>,
  at: (key: 'reshape' | 'dims') => Place,
  report: Report,
): Omit<TritonTensor, 'format' | 'isOptional' | 'labelFile'> | undefined {
  if (dims === null && reshape === null) {
    report.problem(at('dims'), 'missing dims; expected the sizes of its axes');
    return undefined;
  }
  const fault = reshape === null ? null : reshapeFault(dims ?? [], reshape.value);
  if (fault !== null) report.problem(at('reshape'), `a tensor cannot be reshaped so: ${fault}`);
  return { name, datatype, dims: dims ?? [], reshaped: reshape };
}

export const tritonInput: Schema<TritonTensor> = mapping(
  'a message of an input',
  {
    ...keys,
    format: optional(choice(TENSOR_FORMATS), 'How its axes lie.', 'FORMAT_NONE'),
    optional: optional(boolean, 'Requests may leave it out, where the file has a value for it.', 'false'),
  },
  ({ optional, format, ...values }, at, report) => {
    const tensor = tensorOf(values, at, report);
    // As Triton has it: what lies in such an order has a height, a width and channels.
    if (tensor !== undefined && format !== null && format !== 'FORMAT_NONE' && tensor.dims.length !== 3)
      report.problem(
        at('format'),
        `${format} is of 3 axes beside that of the batch; dims has ${tensor.dims.length}`,
      );
    return tensor && { ...tensor, format, isOptional: optional ?? false, labelFile: null };
  },
);

export const tritonOutput: Schema<TritonTensor> = mapping(
  'a message of an output',
  { ...keys, label_filename: optional(nonEmpty, 'A file of labels in the folder of the model.') },
  ({ label_filename: path, ...values }, at, report) => {
    const tensor = tensorOf(values, at, report);
    const labelFile = path === null ? null : { place: at('label_filename'), path };
    return tensor && { ...tensor, format: null, isOptional: false, labelFile };
  },
);

/** What the configuration claims of a tensor, for the lifecycle. An ensemble has no file for it to be held against. */
export function tensorClaim(tensor: TritonTensor, hasBatches: boolean, isEnsemble: boolean): TensorClaim {
  const { name, datatype, dims, reshaped, format, isOptional } = tensor;
  const shapeOf = (dims: readonly number[]): readonly number[] => (hasBatches ? [-1, ...dims] : dims);
  return {
    name,
    datatype,
    shape: shapeOf(dims),
    description: null,
    ...(isEnsemble ? {} : { engineShape: shapeOf(reshaped?.value ?? dims) }),
    ...(format === null ? {} : { format }),
    ...(isOptional ? { isOptional } : {}),
  };
}
