import { DATATYPES } from '#tensor/datatype.js';
import { MAX_RANK } from '#tensor/shape.js';
import { index, type JsonSchema, parameters } from './definition.js';

/** A number of things; one that a parameter says may have 64 bits. */
export const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

export const DATATYPE: JsonSchema = { title: 'Datatype', type: 'string', enum: DATATYPES };

/** The shape of a tensor that is there. */
export const SHAPE: JsonSchema = {
  title: 'Shape',
  type: 'array',
  items: index.schema,
  maxItems: MAX_RANK,
  description: 'The length of each axis.',
};

/** How arrays are nested in it is left open, as it is by the reader; a schema that names itself is a burden to many tools. */
export const REQUEST_DATA: JsonSchema = {
  title: 'TensorData',
  type: 'array',
  items: { type: ['number', 'string', 'boolean', 'array'] },
  description: 'The elements in row-major order, flat or in nested arrays.',
};

export const FP16_JSON: JsonSchema = {
  type: 'boolean',
  description: 'Whether the elements of FP16 and BF16 are numbers; they have no form in JSON otherwise.',
};

/** The parameters of a tensor that say how its JSON is written (json-form.ts). */
export const JSON_FORM_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  fp16_json: FP16_JSON,
  content_type: {
    type: ['string', 'number', 'boolean'],
    description: '`base64`, where the elements of BYTES are written so; anything else is passed over.',
  },
};

/** V2's `parameters`, of which some are known; perhaps with more keywords. */
export function parametersSchema(
  known: Readonly<Record<string, JsonSchema>>,
  keywords: JsonSchema = {},
): JsonSchema {
  return {
    ...parameters.schema,
    properties: known,
    ...keywords,
    description: 'Those that are not known do nothing.',
  };
}

/** The parameters of a tensor that lies in shared memory. */
export const SHARED_MEMORY_PARAMETERS: Readonly<Record<string, JsonSchema>> = {
  shared_memory_region: { type: 'string', description: 'The name of a registered region that it lies in.' },
  shared_memory_byte_size: { description: 'How many bytes it has there.' },
  shared_memory_offset: { description: 'Where in the region it begins, in bytes; 0 if not said.' },
};

/** What has to be said of a region; without one, its size and offset do nothing. */
export const WITH_SHARED_MEMORY: JsonSchema = {
  dependentSchemas: {
    shared_memory_region: {
      properties: { shared_memory_byte_size: COUNT, shared_memory_offset: COUNT },
      required: ['shared_memory_byte_size'],
    },
  },
};

/** Names that are kept from parameters of a request (reserved-parameters.ts). */
export const NOT_RESERVED: JsonSchema = { not: { pattern: '^triton_' } };
