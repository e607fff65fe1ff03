import type { ServingError } from '#core/errors.js';
import type { InferenceRequest, ModelRef, Parameters } from '#inference/request.js';
import { checkTensorCount, inputTwice, MAX_TENSORS, outputTwice } from '#protocol/request-faults.js';
import { type OutputDraft, requestedOutputs } from '#protocol/requested-output.js';
import { checkReserved } from '#protocol/reserved-parameters.js';
import { scheduleOf } from '#protocol/schedule.js';
import { sequenceOf } from '#protocol/sequence.js';
import { SharedInputs, type SharedOutputs, sharedOutputs } from '#protocol/shared-tensors.js';
import type { SharedMemoryRegions } from '#shared-memory/regions.js';
import { BinaryBlobs } from './binary-blobs.js';
import { finishInput, INPUT_SCHEMA, type InputDraft, readInput } from './decode-input.js';
import { type AnswerForm, answerFormOf, REQUESTED_OUTPUT_SCHEMA, readOutput } from './decode-output.js';
import type { JsonSchema } from './definition.js';
import { fieldTable, may, must } from './field-table.js';
import type { BodyParts } from './inference-header.js';
import { JsonReader } from './json-reader.js';
import { readParameters } from './json-value.js';
import { SEQUENCE_PARAMETERS } from './sequence-schema.js';
import { COUNT, FP16_JSON, NOT_RESERVED, parametersSchema } from './tensor-schema.js';

/** The fields of an inference request. */
const INFER_REQUEST = fieldTable('InferRequest', {
  id: may({ type: ['string', 'null'], description: 'Given back in the answer.' }),
  parameters: may(
    parametersSchema(
      {
        binary_data_output: {
          type: 'boolean',
          description: 'Whether those outputs come as bytes that say nothing of it themselves.',
        },
        fp16_json: FP16_JSON,
        nan_tokens: {
          type: 'boolean',
          description: 'Whether NaN and the infinities are written as such in the answer, and not as `null`.',
        },
        priority: { ...COUNT, description: '1 is the most urgent; 0 leaves it to the model.' },
        timeout: { ...COUNT, description: 'Microseconds that the answer may take; 0 sets no bound.' },
        ...SEQUENCE_PARAMETERS,
      },
      { propertyNames: NOT_RESERVED },
    ),
  ),
  inputs: must({
    type: 'array',
    items: INPUT_SCHEMA,
    maxItems: MAX_TENSORS,
    description: 'In any order.',
  }),
  outputs: may({
    type: ['array', 'null'],
    items: REQUESTED_OUTPUT_SCHEMA,
    maxItems: MAX_TENSORS,
    description: 'The outputs that are wanted, in that order; none means all.',
  }),
});

export const INFER_REQUEST_SCHEMA: JsonSchema = INFER_REQUEST.schema;

/** A request, and how its answer is to be written. */
export interface DecodedInfer {
  readonly request: InferenceRequest;
  readonly form: AnswerForm;
  /** The outputs that are written into shared memory, and not into the answer. */
  readonly shared: SharedOutputs;
}

/**
 * The body of a V2 inference request as a request. Tensor data goes from its text to its bytes without ever being
 * JavaScript numbers; binary tensors are views of the body. A shape is believed only as far as the text or the bytes
 * reach. Fields that V2 does not know are skipped. Throws INVALID_ARGUMENT for whatever is malformed, missing, doubled or
 * out of range.
 *
 * @param regions the shared memory that the request may use; inputs there are read at once
 */
export function decodeInferRequest(
  { json, blobs: bytes }: BodyParts,
  model: ModelRef,
  regions: SharedMemoryRegions | null = null,
): DecodedInfer {
  const reader = new JsonReader(json);
  const read: {
    id: string | null;
    parameters: Parameters;
    inputs: readonly InputDraft[] | null;
    outputs: readonly OutputDraft[];
  } = { id: null, parameters: {}, inputs: null, outputs: [] };
  reader.fields('', INFER_REQUEST.names, (key) => {
    if (key === 'inputs') read.inputs = readInputs(reader);
    else if (reader.null()) return;
    else if (key === 'id') read.id = reader.string('id');
    else if (key === 'parameters') read.parameters = readParameters(reader, 'parameters');
    else read.outputs = readOutputs(reader);
  });
  reader.end();
  const { id, parameters, inputs: drafts, outputs } = INFER_REQUEST.complete(read, '');
  const form = answerFormOf(outputs, parameters);
  const shared = sharedOutputs(outputs, regions);
  const sources = {
    blobs: new BinaryBlobs(bytes, model.name),
    memory: new SharedInputs(regions, model.name),
  };
  const inputs = drafts.map((draft) => finishInput(draft, reader, sources, parameters));
  sources.blobs.end();
  const wanted = requestedOutputs(outputs);
  checkReserved(parameters, 'rest');
  const schedule = scheduleOf(parameters);
  const sequence = sequenceOf(parameters);
  const request = { id, model, inputs, outputs: wanted, parameters, schedule, sequence };
  return { request, form, shared };
}

function readInputs(reader: JsonReader): readonly InputDraft[] {
  return readNamed(reader, 'inputs', readInput, inputTwice);
}

function readOutputs(reader: JsonReader): readonly OutputDraft[] {
  return readNamed(reader, 'outputs', readOutput, outputTwice);
}

/** Reads a list of objects with names, no name twice. */
function readNamed<Draft extends { readonly name: string }>(
  reader: JsonReader,
  place: string,
  read: (reader: JsonReader, place: string) => Draft,
  twice: (name: string) => ServingError,
): readonly Draft[] {
  const drafts = new Map<string, Draft>();
  reader.elements(place, (index) => {
    checkTensorCount(place, index);
    const draft = read(reader, `${place}[${index}]`);
    if (drafts.has(draft.name)) throw twice(draft.name);
    drafts.set(draft.name, draft);
  });
  return [...drafts.values()];
}
