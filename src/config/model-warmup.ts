import type { WarmupInput, WarmupSample } from '#lifecycle/offer.js';
import { MAX_RANK } from '#tensor/shape.js';
import { type At, dictionary, mapping, wholeList } from './collections.js';
import { tritonDatatype } from './datatypes.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { boolean, integer } from './scalars.js';
import { optional, required, type Schema, type ValuesOf } from './schema.js';
import { batchSize, nonEmpty } from './values.js';

/** A sample as it was written: its files perhaps relative, its rows perhaps not said. */
export interface WarmupEntry {
  readonly sample: Omit<WarmupSample, 'batchSize'>;
  readonly batchSize: number | null;
  readonly batchSizePlace: Place;
}

/** Sizes of a tensor that must be known. */
export const fixedDims: Schema<readonly number[]> = wholeList(integer(0, 2 ** 31 - 1), MAX_RANK);

const inputKeys = {
  data_type: required(tritonDatatype, 'Its datatype, `TYPE_FP32` or `FP32`.'),
  dims: required(fixedDims, 'Its shape without the axis of the batch.'),
  zero_data: optional(boolean, 'Zeros, or empty strings.'),
  random_data: optional(boolean, 'Random elements.'),
  input_data_file: optional(
    nonEmpty,
    'A file with its bytes; from the folder of this file, else from the working directory.',
  ),
};

const input: Schema<WarmupInput> = mapping(
  'a mapping with the keys data_type and dims',
  inputKeys,
  readInput,
);

function readInput(
  values: ValuesOf<typeof inputKeys>,
  at: At<typeof inputKeys>,
  report: Report,
): WarmupInput | undefined {
  const { data_type: datatype, dims, zero_data, random_data, input_data_file: file } = values;
  const kinds: WarmupInput['data'][] = [
    ...(zero_data ? (['zero'] as const) : []),
    ...(random_data ? (['random'] as const) : []),
    ...(file === null ? [] : [{ file }]),
  ];
  const [data, ...others] = kinds;
  if (data === undefined || others.length > 0) {
    const found = kinds.length === 0 ? 'none of them' : `${kinds.length}`;
    report.problem(
      at(),
      `expected one of zero_data: true, random_data: true and input_data_file, found ${found}`,
    );
    return undefined;
  }
  return { datatype, dims, data };
}

const keys = {
  name: required(nonEmpty, 'What the log calls it.'),
  batch_size: optional(batchSize, 'Rows of the request.', '1'),
  count: optional(integer(0, 1_000_000), 'How often it is run; 0 is as good as 1.', '1'),
  inputs: required(
    dictionary(input),
    'The inputs by name, each with `data_type`, `dims` and one of `zero_data: true`, `random_data: true` and ' +
      '`input_data_file`.',
  ),
};

const sample: Schema<WarmupEntry> = mapping(
  'a mapping with the keys name and inputs',
  keys,
  (values, at) => ({
    sample: { name: values.name, count: values.count || 1, inputs: values.inputs },
    batchSize: values.batch_size,
    batchSizePlace: at('batch_size'),
  }),
);

/** Triton's `model_warmup`. */
export const modelWarmup: Schema<readonly WarmupEntry[]> = wholeList(sample, 100);

/** The samples of a model, held against the `max_batch_size` that it says, if it says one. */
export function checkWarmup(
  entries: readonly WarmupEntry[],
  maxBatchSize: number | null,
  report: Report,
): void {
  if (maxBatchSize === null) return;
  for (const { batchSize, batchSizePlace: place } of entries) {
    // Triton has 1 where there is no batch.
    if ((batchSize ?? 0) <= Math.max(maxBatchSize, 1)) continue;
    report.problem(place, `${batchSize} is more than max_batch_size, which is ${maxBatchSize}`);
  }
}

/** Samples with rows and absolute files. */
export function warmupSamples(
  entries: readonly WarmupEntry[],
  maxBatchSize: number | null,
  locate: (path: string) => string,
): readonly WarmupSample[] {
  return entries.map(({ sample: { name, count, inputs }, batchSize }) => ({
    name,
    batchSize: maxBatchSize === 0 ? 0 : (batchSize ?? 1),
    count,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([input, { datatype, dims, data }]) => [
        input,
        { datatype, dims, data: typeof data === 'string' ? data : { file: locate(data.file) } },
      ]),
    ),
  }));
}
