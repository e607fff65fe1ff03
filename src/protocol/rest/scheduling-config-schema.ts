import { type JsonSchema, objectSchema } from './definition.js';
import { COUNT } from './tensor-schema.js';

const STRING: JsonSchema = { type: 'string' };
const FLAG: JsonSchema = { type: 'boolean' };
const YES: JsonSchema = { const: true };
const NUMBER: JsonSchema = { type: 'number' };
const SIZES: JsonSchema = listOf(COUNT);
const DIMS: JsonSchema = listOf({ type: 'integer', minimum: -1 });
const MICROSECONDS: JsonSchema = COUNT;

const QUEUE_POLICY: JsonSchema = {
  title: 'ModelQueuePolicy',
  ...objectSchema({
    timeout_action: { ...STRING, enum: ['REJECT', 'DELAY'] },
    default_timeout_microseconds: { ...MICROSECONDS, description: '0 for no bound.' },
    allow_timeout_override: FLAG,
    max_queue_size: { ...COUNT, description: '0 for no bound.' },
  }),
};

const DYNAMIC_BATCHING: JsonSchema = {
  title: 'ModelDynamicBatching',
  ...objectSchema({
    preferred_batch_size: SIZES,
    max_queue_delay_microseconds: {
      ...MICROSECONDS,
      description: '0 also where the server finds the delay out.',
    },
    preserve_ordering: FLAG,
    priority_levels: COUNT,
    default_priority_level: COUNT,
    default_queue_policy: QUEUE_POLICY,
    priority_queue_policy: mapOf(QUEUE_POLICY),
  }),
};

const CONTROL: JsonSchema = objectSchema({
  kind: {
    ...STRING,
    enum: ['START', 'READY', 'END', 'CORRID'].map((kind) => `CONTROL_SEQUENCE_${kind}`),
  },
  int32_false_true: listOf({ type: 'integer' }),
  fp32_false_true: listOf(NUMBER),
  data_type: STRING,
  bool_false_true: listOf(FLAG),
});

const INITIAL_STATE: JsonSchema = objectSchema(
  { data_type: STRING, dims: DIMS, zero_data: YES, data_file: STRING, name: STRING },
  ['data_type', 'dims', 'name'],
);

const SEQUENCE_BATCHING: JsonSchema = {
  title: 'ModelSequenceBatching',
  ...objectSchema(
    {
      max_sequence_idle_microseconds: MICROSECONDS,
      control_input: listOf(objectSchema({ name: STRING, control: listOf(CONTROL) })),
      direct: objectSchema({ max_queue_delay_microseconds: MICROSECONDS, minimum_slot_utilization: NUMBER }),
      oldest: objectSchema({
        max_candidate_sequences: COUNT,
        preferred_batch_size: SIZES,
        max_queue_delay_microseconds: MICROSECONDS,
        preserve_ordering: FLAG,
      }),
      state: listOf(
        objectSchema({
          input_name: STRING,
          output_name: STRING,
          data_type: STRING,
          dims: DIMS,
          initial_state: listOf(INITIAL_STATE),
          use_same_buffer_for_input_output: FLAG,
          use_growable_memory: FLAG,
        }),
      ),
      iterative_sequence: FLAG,
    },
    ['max_sequence_idle_microseconds', 'control_input', 'state', 'iterative_sequence'],
  ),
  description: 'It has `direct` or `oldest`.',
};

const ENSEMBLE_SCHEDULING: JsonSchema = {
  title: 'ModelEnsembling',
  ...objectSchema({
    step: listOf(
      objectSchema({
        model_name: STRING,
        model_version: { type: 'integer', minimum: -1, description: '-1 for the newest.' },
        input_map: mapOf(STRING),
        output_map: mapOf(STRING),
        model_namespace: STRING,
      }),
    ),
    max_inflight_requests: COUNT,
  }),
};

/** As scheduling-config.ts writes `model_warmup`. */
export const MODEL_WARMUP: JsonSchema = listOf({
  title: 'ModelWarmup',
  ...objectSchema({
    name: STRING,
    batch_size: COUNT,
    inputs: mapOf(
      objectSchema(
        { data_type: STRING, dims: DIMS, zero_data: YES, random_data: YES, input_data_file: STRING },
        ['data_type', 'dims'],
      ),
    ),
    count: COUNT,
  }),
});

/** What a ModelConfig has of these only where it is so: of the first three, one at most. */
export const SCHEDULING_CHOICES: Readonly<Record<string, JsonSchema>> = {
  dynamic_batching: DYNAMIC_BATCHING,
  sequence_batching: SEQUENCE_BATCHING,
  ensemble_scheduling: ENSEMBLE_SCHEDULING,
  response_cache: objectSchema({ enable: FLAG }),
};

function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

function mapOf(additionalProperties: JsonSchema): JsonSchema {
  return { type: 'object', additionalProperties };
}
