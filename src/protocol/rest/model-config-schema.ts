import { type JsonSchema, objectSchema } from './definition.js';
import { MODEL_WARMUP, SCHEDULING_CHOICES } from './scheduling-config-schema.js';
import { COUNT } from './tensor-schema.js';

const STRING: JsonSchema = { type: 'string' };
const FLAG: JsonSchema = { type: 'boolean' };
const ANYTHING: JsonSchema = { type: 'object' };
const LIST: JsonSchema = { type: 'array' };
const DIMS: JsonSchema = { type: 'array', items: { type: 'integer', minimum: -1 } };
const SWITCH: JsonSchema = objectSchema({ enable: FLAG });

/** The fields that are always there. */
const FIELDS: Readonly<Record<string, JsonSchema>> = {
  name: STRING,
  platform: STRING,
  backend: STRING,
  runtime: STRING,
  version_policy: ANYTHING,
  max_batch_size: { ...COUNT, description: '0 where the first axis is not that of a batch.' },
  input: {
    type: 'array',
    items: tensorSchema({
      name: STRING,
      data_type: { ...STRING, examples: ['TYPE_FP32'] },
      format: STRING,
      dims: DIMS,
      is_shape_tensor: FLAG,
      allow_ragged_batch: FLAG,
      optional: FLAG,
      is_non_linear_format_io: FLAG,
    }),
  },
  output: {
    type: 'array',
    items: tensorSchema({
      name: STRING,
      data_type: STRING,
      dims: DIMS,
      label_filename: STRING,
      is_shape_tensor: FLAG,
      is_non_linear_format_io: FLAG,
    }),
  },
  batch_input: LIST,
  batch_output: LIST,
  optimization: objectSchema({
    priority: STRING,
    input_pinned_memory: SWITCH,
    output_pinned_memory: SWITCH,
    gather_kernel_buffer_threshold: COUNT,
    eager_batching: FLAG,
  }),
  instance_group: {
    type: 'array',
    items: objectSchema({
      name: STRING,
      kind: { ...STRING, enum: ['KIND_CPU', 'KIND_GPU', 'KIND_MODEL'] },
      count: COUNT,
      gpus: { type: 'array', items: COUNT },
      secondary_devices: LIST,
      profile: { type: 'array', items: STRING },
      passive: FLAG,
      host_policy: STRING,
    }),
  },
  default_model_filename: STRING,
  cc_model_filenames: ANYTHING,
  metric_tags: ANYTHING,
  parameters: {
    type: 'object',
    additionalProperties: objectSchema({ string_value: STRING }),
    description: 'The `properties` of the metadata.',
  },
  model_warmup: MODEL_WARMUP,
  model_transaction_policy: objectSchema({ decoupled: FLAG }),
};

/** Triton's ModelConfig as model-config.ts writes it. */
export const MODEL_CONFIG: JsonSchema = {
  title: 'ModelConfig',
  ...objectSchema({ ...FIELDS, ...SCHEDULING_CHOICES }, Object.keys(FIELDS)),
};

/** With the shape that the model file has, where it is another. */
function tensorSchema(fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return objectSchema({ ...fields, reshape: objectSchema({ shape: DIMS }) }, Object.keys(fields));
}
