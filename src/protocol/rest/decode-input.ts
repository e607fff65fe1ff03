import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Parameters } from '#inference/request.js';
import { readCount } from '#protocol/parameter.js';
import { checkRank } from '#protocol/request-faults.js';
import { readWindow, type SharedInputs } from '#protocol/shared-tensors.js';
import type { WindowClaim } from '#shared-memory/regions.js';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import type { BinaryBlobs } from './binary-blobs.js';
import { index, type JsonSchema } from './definition.js';
import { fieldTable, may, must } from './field-table.js';
import { readTensorData } from './json-data.js';
import type { TensorHead } from './json-data-elements.js';
import { jsonFormOf, PLAIN_JSON } from './json-form.js';
import { type JsonReader, within } from './json-reader.js';
import { readDataType, readIndex, readParameters } from './json-value.js';
import {
  DATATYPE,
  JSON_FORM_PARAMETERS,
  parametersSchema,
  REQUEST_DATA,
  SHAPE,
  SHARED_MEMORY_PARAMETERS,
  WITH_SHARED_MEMORY,
} from './tensor-schema.js';

/** The fields of an input. */
const INPUT = fieldTable('InferInput', {
  name: must({ type: 'string', minLength: 1, description: "One of the model's inputs." }),
  shape: must(SHAPE),
  datatype: must(DATATYPE),
  parameters: may(
    parametersSchema(
      {
        binary_data_size: {
          ...index.schema,
          description: "How many of the bytes behind the JSON are this input's; instead of `data`.",
        },
        ...JSON_FORM_PARAMETERS,
        ...SHARED_MEMORY_PARAMETERS,
      },
      WITH_SHARED_MEMORY,
    ),
  ),
  data: may(REQUEST_DATA),
});

export const INPUT_SCHEMA: JsonSchema = INPUT.schema;

/** An input as far as its own object tells it. */
export interface InputDraft extends TensorHead {
  readonly parameters: Parameters;
  /** Its bytes, where they could be read at once. */
  readonly data: Uint8Array | null;
  /** Where data begins that was passed over: to be read when everything is known that says how. */
  readonly dataAt: number | null;
  /** The bytes it takes of those behind the JSON, where it is binary. */
  readonly binarySize: number | null;
  /** Where its bytes are in shared memory, if they are there. */
  readonly window: WindowClaim | null;
}

/** Where the bytes of inputs are that are not in the JSON. */
export interface InputSources {
  readonly blobs: BinaryBlobs;
  readonly memory: SharedInputs;
}

/**
 * Reads the object of one input. Data is passed over where it stands before the shape and the datatype that it is read
 * by, and where a parameter that stands further behind may say how it is written.
 */
export function readInput(reader: JsonReader, place: string): InputDraft {
  const read: {
    name?: string;
    shape?: readonly number[];
    datatype?: DataType;
    parameters: Parameters;
    data: Uint8Array | null;
    dataAt: number | null;
  } = { parameters: {}, data: null, dataAt: null };
  reader.fields(place, INPUT.names, (key) => {
    const here = within(place, key);
    const { name, shape, datatype } = read;
    if (key === 'name') read.name = reader.string(here);
    else if (key === 'shape') read.shape = readShape(reader, here);
    else if (key === 'datatype') read.datatype = readDataType(reader, here);
    else if (key === 'parameters') read.parameters = readParameters(reader, here);
    else if (name !== undefined && shape !== undefined && datatype !== undefined && hasOneForm(datatype)) {
      read.data = readTensorData(reader, { place, name, shape, datatype }, PLAIN_JSON);
    } else {
      read.dataAt = reader.at;
      reader.skip();
    }
  });
  const { name, shape, datatype, parameters, data, dataAt } = INPUT.complete(read, place);
  const binarySize = readBinarySize(parameters, place);
  const window = readWindow(parameters, name, place);
  const hasData = data !== null || dataAt !== null;
  checkOneSource({ data: hasData, binary_data_size: binarySize, shared_memory_region: window }, place);
  return { place, name, shape, datatype, parameters, data, dataAt, binarySize, window };
}

function hasOneForm(datatype: DataType): boolean {
  return datatype !== 'BYTES' && datatype !== 'FP16' && datatype !== 'BF16';
}

/**
 * The tensor of a draft. Drafts must be finished in the order of the request, because binary data lies in that order.
 *
 * @param request the parameters of the whole request
 */
export function finishInput(
  draft: InputDraft,
  reader: JsonReader,
  { blobs, memory }: InputSources,
  request: Parameters,
): Tensor {
  const { place, name, shape, datatype, parameters } = draft;
  const form = jsonFormOf(parameters, `${place}.parameters`, request);
  const base64At = `'${place}.parameters.content_type' is 'base64'`;
  if (form.base64 && datatype !== 'BYTES')
    throw invalid(`${base64At}, which is for BYTES, but input '${clip(name)}' is ${datatype}`);
  const { binarySize, window } = draft;
  if (form.base64 && (binarySize !== null || window !== null))
    throw invalid(`${base64At}, but input '${clip(name)}' is binary data, which is never base64`);
  return { name, datatype, shape, data: draft.data ?? readLate() };

  function readLate(): Uint8Array {
    if (binarySize !== null) return blobs.take(binarySize, draft);
    if (window !== null) return memory.read(window, draft);
    reader.at = draft.dataAt ?? reader.at;
    return readTensorData(reader, draft, form);
  }
}

function readBinarySize(parameters: Parameters, place: string): number | null {
  const name = 'binary_data_size';
  const size = readCount(parameters, name, `${place}.parameters`);
  // What a number cannot hold is longer than any body, and it is said how much is missing.
  return size === null ? null : Number(size);
}

/** Triton's rule and sentence; where nothing is given, what most senders forgot goes before. */
function checkOneSource(sources: Readonly<Record<string, unknown>>, place: string): void {
  const set = Object.keys(sources).filter((key) => sources[key] !== null && sources[key] !== false);
  if (set.length === 1) return;
  const rule =
    "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But";
  if (set.length === 0) throw invalid(`'${place}.data' is missing: ${rule} no field is set`);
  throw invalid(`${rule} set ${set.map((key) => `'${key}'`).join(' ')}, at '${place}'`);
}

function readShape(reader: JsonReader, place: string): readonly number[] {
  const shape: number[] = [];
  reader.elements(place, (axis) => {
    checkRank(place, axis);
    shape.push(readIndex(reader, `${place}[${axis}]`));
  });
  return shape;
}
