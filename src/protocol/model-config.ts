import { rowShapeOf } from '#inference/batch-axis.js';
import type { Deployment, Place } from '#inference/deployment.js';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import type { VersionPolicy } from '#serving/serving.js';
import { CONFIG_TYPE } from './config-type.js';
import { schedulingConfig, warmupConfig } from './scheduling-config.js';
import { versionPolicyConfig } from './version-policy-config.js';

/**
 * How a model is served, as Triton prints its ModelConfig (proto/model_config.proto) in JSON: enums as words, 64-bit
 * integers as numbers, defaults spelled out, and only what is true of this server.
 */
export function modelConfigOf(
  metadata: ModelMetadata,
  deployment: Deployment,
  policy: VersionPolicy,
): object {
  const { name, platform, maxBatchSize, inputs, outputs, properties } = metadata;
  const dims = (spec: TensorSpec): readonly number[] => (maxBatchSize > 0 ? rowShapeOf(spec) : spec.shape);
  const reshape = ({ engineShape, ...spec }: TensorSpec): object =>
    engineShape === undefined ? {} : { reshape: { shape: dims({ ...spec, shape: engineShape }) } };
  return {
    name,
    platform,
    // An ensemble has none, its models have.
    backend: deployment.scheduling.kind === 'ensemble' ? '' : deployment.platform.split('_')[0],
    runtime: '',
    version_policy: versionPolicyConfig(policy),
    max_batch_size: maxBatchSize,
    input: inputs.map((spec) => ({
      name: spec.name,
      data_type: CONFIG_TYPE[spec.datatype],
      format: spec.format ?? 'FORMAT_NONE',
      dims: dims(spec),
      ...reshape(spec),
      is_shape_tensor: false,
      allow_ragged_batch: false,
      optional: false,
      is_non_linear_format_io: false,
    })),
    output: outputs.map((spec) => ({
      name: spec.name,
      data_type: CONFIG_TYPE[spec.datatype],
      dims: dims(spec),
      ...reshape(spec),
      label_filename: spec.labelFile ?? '',
      is_shape_tensor: false,
      is_non_linear_format_io: false,
    })),
    batch_input: [],
    batch_output: [],
    optimization: {
      priority: 'PRIORITY_DEFAULT',
      input_pinned_memory: { enable: false },
      output_pinned_memory: { enable: false },
      gather_kernel_buffer_threshold: 0,
      eager_batching: false,
    },
    instance_group: deployment.places.map((place, i) => instanceGroup(`${name}_${i}`, place)),
    default_model_filename: deployment.fileName,
    cc_model_filenames: {},
    metric_tags: {},
    parameters: Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, { string_value: value }]),
    ),
    model_warmup: deployment.warmup.map(warmupConfig),
    model_transaction_policy: { decoupled: false },
    ...schedulingConfig(deployment.scheduling),
    ...(deployment.isCached ? { response_cache: { enable: true } } : {}),
  };
}

function instanceGroup(name: string, { device, kind, simulated, instances }: Place): object {
  return {
    name,
    kind: simulated ? 'KIND_CPU' : CONFIG_KIND[kind],
    count: instances,
    gpus: kind === 'cuda' ? [Number(device.split(':')[1])] : [],
    secondary_devices: [],
    profile: [],
    passive: false,
    host_policy: '',
  };
}

/** NPUs are of no kind that Triton knows: it calls MODEL what only the model's own engine understands. */
const CONFIG_KIND: Readonly<Record<Place['kind'], string>> = {
  cpu: 'KIND_CPU',
  cuda: 'KIND_GPU',
  npu: 'KIND_MODEL',
};
