import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { invalid, messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { TensorSpec } from '#inference/metadata.js';
import { checkByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel } from '#worker/messages.js';
import type { Run, WarmUp } from './instance.js';
import { randomElements, zeroElements } from './sample-elements.js';
import type { WarmupInput, WarmupSample } from './warmup-sample.js';

const log = loggerOf('device::warm-up');

/**
 * What instances of a model do before their first request. The first runs of a session are slow: engines plan memory and
 * fill caches in them. Files are read here, once for all instances and restarts.
 *
 * @param samples by the engine's names; null where nothing is said of it: one run of zeros, as far as the model's shapes
 * say what that is, and no harm if it fails. Empty: nothing is run.
 * Throws INVALID_ARGUMENT when a file is not what its sample says.
 */
export async function warmUpWith(samples: readonly WarmupSample[] | null): Promise<WarmUp> {
  if (samples === null) return warmUpWithZeros;
  const prepared = await Promise.all(samples.map(prepare));
  return async (model, run) => {
    let runs = 0;
    for (const sample of prepared) {
      checkInputs(sample, model);
      for (let i = 0; i < sample.count; i++, runs++) await runSample(sample, model, run);
    }
    return runs;
  };
}

async function warmUpWithZeros(model: LoadedModel, run: Run): Promise<number> {
  const inputs = zerosFor(model.inputs);
  if (inputs === null) return 0;
  try {
    await run(inputs, namesOf(model.outputs));
    return 1;
  } catch (thrown) {
    log.debug(`a run of zeros to warm up with failed: ${messageOf(thrown)}`);
    return 0;
  }
}

/** One row of zeros for every input; null where another axis than the first is open, and only a request can say how long. */
function zerosFor(inputs: readonly TensorSpec[]): readonly Tensor[] | null {
  if (inputs.some(({ shape }) => shape.slice(1).includes(-1))) return null;
  return inputs.map(({ name, datatype, shape: [first, ...rest] }) => {
    const shape = first === undefined ? [] : [first === -1 ? 1 : first, ...rest];
    return { name, datatype, shape, data: zeroElements(datatype, elementCount(shape)) };
  });
}

/** A sample with what its files hold. */
interface Prepared {
  readonly name: string;
  readonly count: number;
  readonly inputs: readonly PreparedInput[];
}

interface PreparedInput {
  readonly spec: TensorSpec;
  /** New bytes for each run: they are given away. */
  readonly bytes: () => Uint8Array;
}

async function prepare({ name, count, batchSize, inputs }: WarmupSample): Promise<Prepared> {
  const entries = Object.entries(inputs);
  return {
    name,
    count,
    inputs: await Promise.all(
      entries.map(([input, said]) =>
        prepareInput(`model_warmup '${name}': input '${input}'`, input, said, batchSize),
      ),
    ),
  };
}

async function prepareInput(
  subject: string,
  name: string,
  { datatype, dims, data }: WarmupInput,
  batchSize: number,
): Promise<PreparedInput> {
  const rowElements = elementCount(dims);
  if (Number.isNaN(rowElements))
    throw invalid(`${subject} has the dims ${formatShape(dims)}, and only sizes of 0 or more were expected`);
  const rows = Math.max(1, batchSize);
  const shape = batchSize > 0 ? [batchSize, ...dims] : dims;
  const spec = { name, datatype, shape };
  if (data === 'zero') return { spec, bytes: () => zeroElements(datatype, rows * rowElements) };
  if (data === 'random') return { spec, bytes: () => randomElements(datatype, rows * rowElements, name) };
  const row = await readRow(subject, data.file);
  checkRow(subject, row, datatype, rowElements);
  return { spec, bytes: () => repeated(row, rows) };
}

async function readRow(subject: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : messageOf(thrown);
    throw new ServingError(
      'INVALID_ARGUMENT',
      `${subject}: the file ${basename(path)} cannot be read (${code})`,
      {
        cause: thrown,
      },
    );
  }
}

/** A file holds one row, which every row of a batch repeats (as in Triton). */
function checkRow(
  subject: string,
  row: Uint8Array,
  datatype: TensorSpec['datatype'],
  elements: number,
): void {
  if (datatype === 'BYTES') {
    checkByteStrings(row, elements, subject);
    return;
  }
  const size = DATATYPE_BYTES[datatype];
  if (row.byteLength === elements * size) return;
  throw invalid(
    row.byteLength % size === 0
      ? `${subject} has ${row.byteLength / size} elements, ${elements} were expected`
      : `${subject} has ${row.byteLength} bytes, ${elements * size} were expected`,
  );
}

function repeated(row: Uint8Array, rows: number): Uint8Array {
  const data = new Uint8Array(row.byteLength * rows);
  for (let i = 0; i < rows; i++) data.set(row, i * row.byteLength);
  return data;
}

function checkInputs({ name, inputs }: Prepared, model: LoadedModel): void {
  const given = new Map(inputs.map(({ spec }) => [spec.name, spec]));
  for (const wanted of model.inputs) {
    const spec = given.get(wanted.name);
    const subject = `model_warmup '${name}': input '${wanted.name}'`;
    if (spec === undefined) throw invalid(`${subject} is missing`);
    if (spec.datatype !== wanted.datatype) {
      throw invalid(`${subject} is ${spec.datatype}, ${wanted.datatype} was expected`);
    }
    if (!fitsSpec(spec.shape, wanted.shape)) {
      const [got, expected] = [formatShape(spec.shape), formatShape(wanted.shape)];
      throw invalid(`${subject} has the shape ${got}, ${expected} was expected`);
    }
    given.delete(wanted.name);
  }
  for (const unknown of given.keys()) {
    const known = namesOf(model.inputs).map((each) => `'${each}'`);
    throw invalid(
      `model_warmup '${name}': the model has no input '${unknown}'; its inputs are ${known.join(',')}`,
    );
  }
}

async function runSample({ name, inputs }: Prepared, model: LoadedModel, run: Run): Promise<void> {
  const tensors = inputs.map(({ spec, bytes }): Tensor => ({ ...spec, data: bytes() }));
  try {
    await run(tensors, namesOf(model.outputs));
  } catch (thrown) {
    const { code, message } = ServingError.from(thrown);
    throw new ServingError(code, `model_warmup '${name}': ${message}`, { cause: thrown });
  }
}

function namesOf(specs: readonly TensorSpec[]): readonly string[] {
  return specs.map(({ name }) => name);
}
