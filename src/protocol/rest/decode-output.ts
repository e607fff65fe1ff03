import { invalid } from '#core/errors.js';
import type { Parameters } from '#inference/request.js';
import { readFlag } from '#protocol/parameter.js';
import type { OutputDraft } from '#protocol/requested-output.js';
import type { JsonSchema } from './definition.js';
import { fieldTable, may, must } from './field-table.js';
import { type JsonForm, jsonFormOf, PLAIN_JSON } from './json-form.js';
import { type JsonReader, within } from './json-reader.js';
import { readParameters } from './json-value.js';
import {
  COUNT,
  JSON_FORM_PARAMETERS,
  parametersSchema,
  SHARED_MEMORY_PARAMETERS,
  WITH_SHARED_MEMORY,
} from './tensor-schema.js';

/** The fields of an output that is asked for. */
const REQUESTED_OUTPUT = fieldTable('RequestedOutput', {
  name: must({ type: 'string', minLength: 1, description: "One of the model's outputs." }),
  parameters: may(
    parametersSchema(
      {
        binary_data: { type: 'boolean', description: 'Whether the output comes as bytes behind the JSON.' },
        classification: {
          ...COUNT,
          description: 'Not the tensor, but so many of its largest elements, as `value:position:label`.',
        },
        ...JSON_FORM_PARAMETERS,
        ...SHARED_MEMORY_PARAMETERS,
      },
      WITH_SHARED_MEMORY,
    ),
  ),
});

export const REQUESTED_OUTPUT_SCHEMA: JsonSchema = REQUESTED_OUTPUT.schema;

/** How an output is written. */
export interface OutputForm {
  /** Behind the JSON, as bytes. */
  readonly binary: boolean;
  /** In the JSON, where it is not binary. */
  readonly json: JsonForm;
  /** NaN and the infinities as such, which strict JSON readers refuse; else they are null. */
  readonly nanTokens: boolean;
}

/** How each output of an answer is written. */
export interface AnswerForm {
  readonly listed: ReadonlyMap<string, OutputForm>;
  /** For the outputs that the request does not list. */
  readonly others: OutputForm;
}

/** An answer whose outputs are all binary. */
export const ALL_BINARY: AnswerForm = {
  listed: new Map(),
  others: { binary: true, json: PLAIN_JSON, nanTokens: false },
};

export function readOutput(reader: JsonReader, place: string): OutputDraft {
  const read: { name?: string; parameters: Parameters } = { parameters: {} };
  reader.fields(place, REQUESTED_OUTPUT.names, (key) => {
    if (key === 'name') read.name = reader.string(within(place, key));
    else read.parameters = readParameters(reader, within(place, key));
  });
  const { name, parameters } = REQUESTED_OUTPUT.complete(read, place);
  return { place, name, parameters };
}

/**
 * How a request wants its outputs. What it says of all of them (`binary_data_output`, `fp16_json`, `nan_tokens`) holds
 * also for a listed output that says nothing of it itself. Triton writes those as JSON.
 */
export function answerFormOf(drafts: readonly OutputDraft[], request: Parameters): AnswerForm {
  const binaryByDefault = readFlag(request, 'binary_data_output', 'parameters') ?? false;
  const nanTokens = readFlag(request, 'nan_tokens', 'parameters') ?? false;
  const formOf = (parameters: Parameters, place: string): OutputForm => {
    const json = jsonFormOf(parameters, place, request);
    const binary = readFlag(parameters, 'binary_data', place);
    if (json.base64 && binary === true) {
      throw invalid(
        `'${place}' asks for binary data and, with content_type, for base64: an output is one or the other`,
      );
    }
    // Who asks for base64 asks for JSON.
    return { binary: binary ?? (binaryByDefault && !json.base64), json, nanTokens };
  };
  return {
    listed: new Map(
      drafts.map(({ name, parameters, place }) => [name, formOf(parameters, `${place}.parameters`)]),
    ),
    others: formOf({}, 'parameters'),
  };
}
