import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { InferenceRequest } from '#inference/request.js';
import { checkBinarySize, checkBinaryTensor } from '#protocol/binary-tensor.js';
import { datatypeOf } from '#protocol/datatype-word.js';
import {
  checkRank,
  checkTensorCount,
  inputTwice,
  notAnIndex,
  outputTwice,
  type TensorClaims,
} from '#protocol/request-faults.js';
import { type OutputDraft, requestedOutputs } from '#protocol/requested-output.js';
import { checkReserved } from '#protocol/reserved-parameters.js';
import { scheduleOf } from '#protocol/schedule.js';
import { sequenceOf } from '#protocol/sequence.js';
import { readWindow, SharedInputs, type SharedOutputs, sharedOutputs } from '#protocol/shared-tensors.js';
import type { SharedMemoryRegions, WindowClaim } from '#shared-memory/regions.js';
import type { Tensor } from '#tensor/tensor.js';
import { type Contents, decodeContents, hasElements } from './decode-contents.js';
import { ParameterMap } from './parameters.js';
import { CHUNK, WireReader } from './wire-reader.js';

export interface DecodedRequest {
  readonly request: InferenceRequest;
  /** Whether its tensors came as typed contents: such a caller is answered alike. */
  readonly isTyped: boolean;
  /** The outputs that are written into shared memory, and not into the answer. */
  readonly shared: SharedOutputs;
}

/** An input as the message has it. */
interface InputDraft {
  readonly claims: TensorClaims;
  readonly contents: Contents;
  /** Where its bytes are in shared memory, if they are there. */
  readonly window: WindowClaim | null;
}

/**
 * An encoded ModelInferRequest as a request. Raw tensors are views of the message, which is given away. No more is
 * allocated than the message has elements for. Throws INVALID_ARGUMENT for whatever is malformed, missing, doubled or
 * out of range, in the words of the REST form where it is the same fault.
 *
 * @param regions the shared memory that the request may use; inputs there are read at once
 */
export function decodeInferRequest(
  message: Uint8Array,
  regions: SharedMemoryRegions | null = null,
): DecodedRequest {
  const reader = new WireReader(message, 'ModelInferRequest');
  const parameters = new ParameterMap('parameters');
  const inputs: InputDraft[] = [];
  const outputs = new Map<string, OutputDraft>();
  const raw: Uint8Array[] = [];
  let [name, version, id] = ['', '', ''];
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) version = reader.text();
    else if (reader.field === 3) id = reader.text();
    else if (reader.field === 4) parameters.add(reader.message('parameters'));
    else if (reader.field === 5) {
      checkTensorCount('inputs', inputs.length);
      inputs.push(readInput(reader.message('InferInputTensor'), `inputs[${inputs.length}]`));
    } else if (reader.field === 6) {
      checkTensorCount('outputs', outputs.size);
      const output = readOutput(reader.message('InferRequestedOutputTensor'), `outputs[${outputs.size}]`);
      if (outputs.has(output.name)) throw outputTwice(output.name);
      outputs.set(output.name, output);
    } else if (reader.field === 7) {
      checkTensorCount('raw_input_contents', raw.length);
      raw.push(reader.chunk());
    } else reader.skip();
  }
  const typed = inputs.find(({ contents }) => hasElements(contents));
  if (typed !== undefined && raw.length > 0) {
    throw invalid(
      `contents field must not be specified when using raw_input_contents for '${clip(typed.claims.name)}' for model '${clip(name)}'`,
    );
  }
  const { values } = parameters;
  checkReserved(values, 'grpc');
  const drafts = [...outputs.values()];
  const shared = sharedOutputs(drafts, regions);
  const memory = new SharedInputs(regions, name);
  const request = {
    id: id === '' ? null : id,
    model: { name, version: version === '' ? null : version },
    inputs: raw.length > 0 ? rawTensors(inputs, raw, name, memory) : typedTensors(inputs, memory),
    outputs: requestedOutputs(drafts),
    parameters: values,
    schedule: scheduleOf(values),
    sequence: sequenceOf(values),
  };
  return { request, isTyped: typed !== undefined, shared };
}

function readInput(reader: WireReader, place: string): InputDraft {
  const contents: Uint8Array[] = [];
  const shape: number[] = [];
  const parameters = new ParameterMap(`${place}.parameters`);
  let [name, datatype] = ['', ''];
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) datatype = reader.text();
    else if (reader.field === 3) readShape(reader, shape, `${place}.shape`);
    else if (reader.field === 4) parameters.add(reader.message('parameters'));
    else if (reader.field === 5) contents.push(reader.chunk());
    else reader.skip();
  }
  if (name === '') throw invalid(`'${place}.name' is missing`);
  const claims = { name, datatype: datatypeOf(datatype, `${place}.datatype`), shape };
  const window = readWindow(parameters.values, name, place);
  if (window !== null && hasElements(contents)) {
    throw invalid(
      `contents field must not be specified when using 'shared_memory_region' for '${clip(name)}', at '${place}'`,
    );
  }
  return { claims, contents, window };
}

/** Takes one axis, or a packed list of them. */
function readShape(reader: WireReader, shape: number[], place: string): void {
  const packed = reader.wireType === CHUNK ? reader.message('shape') : null;
  while (packed === null || !packed.isAtEnd) {
    checkRank(place, shape.length);
    const axis = (packed ?? reader).int64();
    if (typeof axis === 'bigint' || axis < 0) throw notAnIndex(`${place}[${shape.length}]`, String(axis));
    shape.push(axis);
    if (packed === null) return;
  }
}

function readOutput(reader: WireReader, place: string): OutputDraft {
  const parameters = new ParameterMap(`${place}.parameters`);
  let name = '';
  while (reader.next()) {
    if (reader.field === 1) name = reader.text();
    else if (reader.field === 2) parameters.add(reader.message('parameters'));
    else reader.skip();
  }
  if (name === '') throw invalid(`'${place}.name' is missing`);
  return { name, parameters: parameters.values, place };
}

function rawTensors(
  inputs: readonly InputDraft[],
  raw: readonly Uint8Array[],
  model: string,
  memory: SharedInputs,
): readonly Tensor[] {
  const sent = inputs.filter(({ window }) => window === null).length;
  if (raw.length !== sent) {
    const which = sent === inputs.length ? '' : ' that are not in shared memory';
    throw invalid(
      `raw_input_contents has ${raw.length} elements for ${sent} inputs of model '${clip(model)}'${which}: expected one for each`,
    );
  }
  let next = 0;
  return unique(inputs).map(({ claims, window }) => {
    // Tensors in shared memory have no element of their own among the raw ones.
    if (window !== null) return { ...claims, data: memory.read(window, claims) };
    const data = raw[next++] as Uint8Array;
    checkBinarySize(data.length, claims, model);
    checkBinaryTensor(data, claims);
    return { ...claims, data };
  });
}

function typedTensors(inputs: readonly InputDraft[], memory: SharedInputs): readonly Tensor[] {
  return unique(inputs).map(({ claims, contents, window }) => ({
    ...claims,
    data: window === null ? decodeContents(contents, claims) : memory.read(window, claims),
  }));
}

function unique(inputs: readonly InputDraft[]): readonly InputDraft[] {
  const names = new Set<string>();
  for (const { claims } of inputs) {
    if (names.has(claims.name)) throw inputTwice(claims.name);
    names.add(claims.name);
  }
  return inputs;
}
