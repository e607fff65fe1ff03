import { type At, mapping, type Placed, placed, wholeList } from '#config/collections.js';
import { NO_COMPILER_ENTRY } from '#config/compiler-keys.js';
import { platformOfSelector } from '#config/device-default.js';
import { type DynamicBatching, dynamicBatching } from '#config/dynamic-batching.js';
import { ensembleScheduling } from '#config/ensemble-scheduling.js';
import { checkTensors } from '#config/ensemble-tensors.js';
import { NO_ISOLATION_ENTRY } from '#config/isolation-keys.js';
import type { ModelEntry } from '#config/model-entry.js';
import { modelWarmup } from '#config/model-warmup.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { boolean, integer, text } from '#config/scalars.js';
import { type Scheduling, schedulingOf } from '#config/scheduling-keys.js';
import { optional, type Schema, type ValuesOf } from '#config/schema.js';
import { sequenceBatching } from '#config/sequence-batching.js';
import { modelName } from '#config/values.js';
import { PLAIN_VERSION } from '#config/version-keys.js';
import { clip } from '#core/clip.js';
import type { TensorClaim } from '#lifecycle/offer.js';
import type { UpdatePolicy } from '#lifecycle/update-policy.js';
import type { VersionPolicy } from '#lifecycle/version-policy.js';
import { DESCRIPTION, engineSettings, graphLevel, parameters } from './engine-parameters.js';
import { instanceGroups } from './instance-groups.js';
import { isolationIn } from './isolation-parameters.js';
import { sequenceOfModel, warmupOfModel } from './model-folders.js';
import { type ModelFormat, modelFormat, NPU } from './model-format.js';
import { type TritonTensor, tensorClaim, tritonInput, tritonOutput } from './triton-tensor.js';
import { updateIn } from './update-parameter.js';
import { LATEST, versionChoice } from './version-choice.js';

/** What a ModelConfig says of all versions of a model. */
export interface TritonModelConfig {
  /**
   * The model as a model list would say it. Its `version` is empty and its `path` null: the repository knows them. Its
   * `name` is empty where the configuration does not say it; see `namedAs`. Relative paths are from the model's folder.
   */
  readonly entry: ModelEntry;
  readonly namePlace: Place;
  readonly versionPolicy: VersionPolicy;
  /** Null where nothing is said of it. */
  readonly update: UpdatePolicy | null;
  /** Null where the file decides. */
  readonly format: ModelFormat | null;
  /** Below the folder of a version; null for `model.onnx` and its like. */
  readonly defaultModelFilename: string | null;
}

/** A file below the folder of a version. */
const fileName: Schema<string> = text('the name of a file', (name) => {
  const isBelow = !name.startsWith('/') && !name.split(/[/\\]/).includes('..');
  return isBelow
    ? null
    : `expected the name of a file in the folder of a version, found ${JSON.stringify(clip(name))}`;
});

const keys = {
  name: optional(modelName, 'The name of the model; that of its folder.', "the folder's"),
  platform: optional(text(), 'What runs the model.', 'what its file is'),
  backend: optional(text(), 'The same in one word.', 'what its file is'),
  version_policy: optional(versionChoice, 'Which versions are served.', 'the latest'),
  max_batch_size: optional(
    integer(0, 2 ** 31 - 1),
    'The most rows of a run; 0: the first axis is not that of a batch.',
    '0 where `input` or `output` is said, else what the file allows',
  ),
  input: optional(wholeList(placed(tritonInput)), 'The inputs.', "the file's"),
  output: optional(wholeList(placed(tritonOutput)), 'The outputs.', "the file's"),
  instance_group: optional(instanceGroups, 'Where the copies of the model are, and how many.'),
  default_model_filename: optional(fileName, 'The file in the folder of a version.'),
  dynamic_batching: optional(dynamicBatching, 'How requests are put together.'),
  sequence_batching: optional(sequenceBatching, 'How requests that belong together are served.'),
  ensemble_scheduling: optional(ensembleScheduling, 'The models that this one is made of.'),
  optimization: optional(
    mapping('a message', { graph: optional(graphLevel, 'How far the graph is rewritten.') }, ({ graph }) => ({
      graph,
    })),
    'How the engine is set.',
  ),
  parameters: optional(parameters, 'Options of the engine, by name.'),
  model_warmup: optional(modelWarmup, 'What every copy runs before it is ready.'),
  response_cache: optional(
    mapping(
      'a message with the field enable',
      { enable: optional(boolean, 'Whether answers are kept.') },
      ({ enable }) => enable ?? false,
    ),
    'Whether answers are kept.',
  ),
};

type Values = ValuesOf<typeof keys>;

/** ModelConfig, without what `withoutUnsupported` takes away. */
export const tritonModel: Schema<TritonModelConfig> = mapping('a ModelConfig', keys, buildModel);

function buildModel(values: Values, at: At<typeof keys>, report: Report): TritonModelConfig {
  const platform = { word: values.platform, place: at('platform') };
  const said = modelFormat(platform, { word: values.backend, place: at('backend') }, report);
  const isEnsemble = said === 'ensemble' || values.ensemble_scheduling !== null;
  if (isEnsemble) checkEnsemble(said, values, at, report);
  const maxBatchSize = maxBatchSizeOf(values);
  const hasBatches = (maxBatchSize ?? 0) > 0;
  const claimOf = (tensor: TritonTensor): TensorClaim => tensorClaim(tensor, hasBatches, isEnsemble);
  const inputs = (values.input ?? []).map((input) => ({ ...input, value: claimOf(input.value) }));
  const outputs = (values.output ?? []).map((output) => ({ ...output, value: claimOf(output.value) }));
  reportTwice([inputs, outputs], report);
  const scheduling = schedulingIn(values, maxBatchSize, at, report);
  if (scheduling.ensemble !== null) {
    const ends = { inputs, inputsPlace: at('input'), outputs, outputsPlace: at('output') };
    checkTensors(scheduling.ensemble, ends, report);
  }
  const device = isEnsemble ? null : (values.instance_group?.device ?? null);
  const given = values.parameters ?? {};
  return {
    entry: {
      place: at(),
      name: values.name ?? '',
      version: '',
      among: PLAIN_VERSION,
      path: null,
      description: given[DESCRIPTION]?.value ?? null,
      // Its clients expect Triton's dialect, on a host with an NPU too.
      platform: values.platform === NPU ? 'npu' : device === null ? 'cpu' : platformOfSelector(device),
      device,
      batchSize: null,
      maxBatchSize,
      workers: isEnsemble ? null : (values.instance_group?.workers ?? null),
      compiler: NO_COMPILER_ENTRY,
      engine: engineSettings(given, values.optimization?.graph ?? null, report),
      strict: null,
      allowFallback: false,
      isolation: isEnsemble ? NO_ISOLATION_ENTRY : isolationIn(given, report),
      inputs: inputs.map(({ value }) => value),
      outputs: outputs.map(({ value: claim }, i) => ({
        claim,
        labelFile: values.output?.[i]?.value.labelFile ?? null,
      })),
      scheduling,
    },
    namePlace: at('name'),
    versionPolicy: values.version_policy ?? LATEST,
    update: updateIn(given, report),
    format: isEnsemble ? 'ensemble' : said,
    defaultModelFilename: values.default_model_filename,
  };
}

/** Protobuf cannot tell 0 from nothing. Where tensors are described, they are described without a batch then. */
function maxBatchSizeOf({ max_batch_size, input, output, ensemble_scheduling }: Values): number | null {
  const isDescribed = input !== null || output !== null || ensemble_scheduling !== null;
  return max_batch_size ?? (isDescribed ? 0 : null);
}

function schedulingIn(
  values: Values,
  maxBatchSize: number | null,
  at: At<typeof keys>,
  report: Report,
): Scheduling {
  const { dynamic_batching, sequence_batching, model_warmup, input } = values;
  const isEnsemble = values.ensemble_scheduling !== null;
  const read = schedulingOf(
    {
      ...values,
      dynamic_batching: dynamic_batching && effective(dynamic_batching, maxBatchSize, report),
      sequence_batching: sequence_batching && sequenceOfModel(sequence_batching),
      model_warmup:
        model_warmup && !isEnsemble
          ? warmupOfModel(
              model_warmup,
              (input ?? []).map(({ value }) => value),
            )
          : null,
      response_cache: isEnsemble ? null : values.response_cache,
      max_queue_size: null,
      max_queue_rows: null,
      max_queue_bytes: null,
      rate_limit: null,
    },
    maxBatchSize,
    at,
    report,
  );
  // Triton runs each request alone here. We may not, but only where rows are found to be independent.
  const isAssumed = dynamic_batching === null;
  return { ...read, batching: { ...read.batching, isAssumed } };
}

/** Without a batch only the rules of the queue are left, and Triton says nothing of it. */
function effective(dynamic: DynamicBatching, maxBatchSize: number | null, report: Report): DynamicBatching {
  if (maxBatchSize !== 0) return dynamic;
  report.warning(dynamic.place, 'max_batch_size is 0, so that requests are not put together');
  return { ...dynamic, batching: { ...dynamic.batching, isOn: false, preferredRows: [] } };
}

/** What is said of an ensemble and cannot be true of one, as far as it would change answers; the rest is warned of. */
function checkEnsemble(said: ModelFormat | null, values: Values, at: At<typeof keys>, report: Report): void {
  if (values.ensemble_scheduling === null) {
    report.problem(at('platform'), 'an ensemble needs ensemble_scheduling with its steps');
  } else if (said !== null && said !== 'ensemble') {
    report.problem(at('ensemble_scheduling'), `it is said of an ensemble, and the model is one of ${said}`);
  }
  for (const key of ['instance_group', 'response_cache', 'model_warmup', 'optimization'] as const) {
    if (values[key])
      report.warning(at(key), 'an ensemble has none of its own, its models have; it is ignored');
  }
  for (const { value } of [...(values.input ?? []), ...(values.output ?? [])]) {
    if (value.reshaped === null) continue;
    report.problem(
      value.reshaped.place,
      'tensors of an ensemble cannot be reshaped; expected it at one of its models',
    );
  }
}

function reportTwice(lists: readonly (readonly Placed<TensorClaim>[])[], report: Report): void {
  for (const list of lists) {
    list.forEach(({ value: { name }, place }, i) => {
      if (list.findIndex(({ value }) => value.name === name) < i)
        report.problem(place, `${JSON.stringify(clip(name))} is described before; expected each tensor once`);
    });
  }
}
