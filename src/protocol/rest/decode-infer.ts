import { invalid, ServingError } from '#core/errors.js';
import type { InferenceRequest, ModelRef, Parameters } from '#inference/request.js';
import { checkRank, checkTensorCount, inputTwice, outputTwice } from '#protocol/request-faults.js';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { readTensorData } from './json-data.js';
import { JsonReader, within } from './json-reader.js';
import { readDataType, readIndex, readParameters } from './json-value.js';

/**
 * The body of a V2 inference request as a request. Tensor data goes from its text to its bytes without ever being
 * JavaScript numbers; a shape is believed only as far as the text reaches. Fields that V2 does not know are skipped.
 * Throws INVALID_ARGUMENT for whatever is malformed, missing, doubled or out of range.
 */
export function decodeInferRequest(body: Uint8Array, model: ModelRef): InferenceRequest {
  const reader = new JsonReader(body);
  const read: {
    id: string | null;
    parameters: Parameters;
    inputs: readonly Tensor[] | null;
    outputs: readonly string[] | 'all';
  } = { id: null, parameters: {}, inputs: null, outputs: 'all' };
  reader.fields('', ['id', 'parameters', 'inputs', 'outputs'], (key) => {
    if (key === 'inputs') read.inputs = readInputs(reader);
    else if (reader.null()) return;
    else if (key === 'id') read.id = reader.string('id');
    else if (key === 'parameters') read.parameters = readParameters(reader, 'parameters');
    else read.outputs = readOutputs(reader);
  });
  reader.end();
  const { id, parameters, inputs, outputs } = read;
  if (inputs === null) throw missing('', 'inputs');
  return { id, model, inputs, outputs, parameters };
}

function readInputs(reader: JsonReader): readonly Tensor[] {
  const inputs = new Map<string, Tensor>();
  reader.elements('inputs', (index) => {
    checkTensorCount('inputs', index);
    const input = readInput(reader, `inputs[${index}]`);
    if (inputs.has(input.name)) throw inputTwice(input.name);
    inputs.set(input.name, input);
  });
  return [...inputs.values()];
}

/** One input. Data that stands before the shape and datatype it is read by is passed over at first. */
function readInput(reader: JsonReader, place: string): Tensor {
  const read: {
    name?: string;
    shape?: readonly number[];
    datatype?: DataType;
    data?: Uint8Array;
    /** Where data that was passed over begins. */
    dataAt?: number;
  } = {};
  reader.fields(place, ['name', 'shape', 'datatype', 'parameters', 'data'], (key) => {
    const here = within(place, key);
    const { name, shape, datatype } = read;
    if (key === 'name') read.name = reader.string(here);
    else if (key === 'shape') read.shape = readShape(reader, here);
    else if (key === 'datatype') read.datatype = readDataType(reader, here);
    else if (key === 'parameters') refuseOtherTransports(readParameters(reader, here), here);
    else if (name !== undefined && shape !== undefined && datatype !== undefined) {
      read.data = readTensorData(reader, { place, name, shape, datatype });
    } else {
      read.dataAt = reader.at;
      reader.skip();
    }
  });
  const { name, shape, datatype, data, dataAt } = read;
  if (name === undefined) throw missing(place, 'name');
  if (shape === undefined) throw missing(place, 'shape');
  if (datatype === undefined) throw missing(place, 'datatype');
  if (data !== undefined) return { name, datatype, shape, data };
  if (dataAt === undefined) throw missing(place, 'data');
  const after = reader.at;
  reader.at = dataAt;
  const late = readTensorData(reader, { place, name, shape, datatype });
  reader.at = after;
  return { name, datatype, shape, data: late };
}

function readShape(reader: JsonReader, place: string): readonly number[] {
  const shape: number[] = [];
  reader.elements(place, (axis) => {
    checkRank(place, axis);
    shape.push(readIndex(reader, `${place}[${axis}]`));
  });
  return shape;
}

/** The wanted outputs in order; none at all means all, as in Triton. */
function readOutputs(reader: JsonReader): readonly string[] | 'all' {
  const names = new Set<string>();
  reader.elements('outputs', (index) => {
    checkTensorCount('outputs', index);
    const name = readOutput(reader, `outputs[${index}]`);
    if (names.has(name)) throw outputTwice(name);
    names.add(name);
  });
  return names.size === 0 ? 'all' : [...names];
}

function readOutput(reader: JsonReader, place: string): string {
  const read: { name?: string } = {};
  reader.fields(place, ['name', 'parameters'], (key) => {
    if (key === 'name') read.name = reader.string(within(place, key));
    else refuseOtherTransports(readParameters(reader, within(place, key)), within(place, key));
  });
  if (read.name === undefined) throw missing(place, 'name');
  return read.name;
}

/** The ways of passing tensors beside JSON that this server does not take. `binary_data` for an output is only a wish. */
const OTHER_TRANSPORTS = ['binary_data_size', 'shared_memory_region'];

function refuseOtherTransports(parameters: Parameters, place: string): void {
  const other = OTHER_TRANSPORTS.find((name) => Object.hasOwn(parameters, name));
  if (other === undefined) return;
  throw new ServingError(
    'UNIMPLEMENTED',
    `'${within(place, other)}' is not supported by this version of the server: tensors travel as 'data' in the JSON`,
  );
}

function missing(place: string, key: string): ServingError {
  return invalid(`'${within(place, key)}' is missing`);
}
