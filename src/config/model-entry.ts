import type { EngineSettings } from '#device/engine-settings.js';
import type { Platform, TensorClaim } from '#lifecycle/offer.js';
import { type At, list, mapping, placed, wholeList } from './collections.js';
import { type CompilerEntry, compilerConfig, NO_COMPILER_ENTRY } from './compiler-keys.js';
import { engine, NO_ENGINE_SETTINGS } from './engine-keys.js';
import { reportMisfits } from './ensemble-entry.js';
import { checkTensors } from './ensemble-tensors.js';
import { type Instances, instanceGroup } from './instance-group.js';
import { type IsolationEntry, isolationEntry, isolationKeys } from './isolation-keys.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { boolean, text } from './scalars.js';
import { type Scheduling, schedulingKeys, schedulingOf } from './scheduling-keys.js';
import { optional, required, type Schema, type ValuesOf } from './schema.js';
import { inputClaim, type OutputEntry, outputEntry } from './tensor-claim.js';
import { batchSize, modelName, modelPlatform, modelVersion, nonEmpty, selector, workers } from './values.js';
import { type VersionEntry, versionEntryOf, versionKeys } from './version-keys.js';

export const DEFAULT_VERSION = 'default';

/** One model as it was written, before defaults of the server and the host fill what it leaves open. */
export interface ModelEntry {
  readonly place: Place;
  readonly name: string;
  readonly version: string;
  /** As written: perhaps relative. Null for an ensemble. */
  readonly path: string | null;
  readonly description: string | null;
  readonly platform: Platform | null;
  readonly device: string | null;
  readonly batchSize: number | null;
  readonly maxBatchSize: number | null;
  readonly workers: number | null;
  readonly compiler: CompilerEntry;
  readonly engine: EngineSettings;
  readonly strict: boolean | null;
  readonly allowFallback: boolean;
  readonly isolation: IsolationEntry;
  readonly inputs: readonly TensorClaim[];
  readonly outputs: readonly OutputEntry[];
  readonly scheduling: Scheduling;
  /** The version among the others of its model. */
  readonly among: VersionEntry;
}

const keys = {
  name: required(modelName, 'The model name in the URL path.'),
  model: optional(
    nonEmpty,
    'Path of the model file; from the folder of this file, else from the working directory.',
  ),
  path: optional(nonEmpty, 'The same as `model`, as it was spelt before 0.10.'),
  version: optional(modelVersion, 'The version in the URL path; quoted or not.', DEFAULT_VERSION),
  platform: optional(
    modelPlatform,
    '`npu` speaks as the original does, the others as Triton does; `ensemble` may be said of one.',
    'what `npu_device` names; else `npu` where an NPU is found or asked for by the environment, else `cpu`',
  ),
  ...versionKeys,
  description: optional(text(), 'Shown in the metadata, under `properties`.'),
  npu_device: optional(
    selector,
    'A device selector, for instance `warboy(1)*1`, `npu:0:0`, `cpu(2)*1`.',
    '`FURIOSA_DEVICES`, else `warboy(2)*1`, for the platform `npu`; else `cpu` or `cuda:0`',
  ),
  device: optional(selector, 'The same as `npu_device`.'),
  batch_size: optional(
    batchSize,
    'Multiplies the first axis of every input and output; 0 is as good as none.',
  ),
  max_batch_size: optional(
    batchSize,
    'The most rows that a request may have; 0: the first axis is not that of a batch.',
    'the largest of `allowed_batch_sizes`; without them no bound where the first axis of every tensor is open, else 0',
  ),
  worker_num: optional(workers, 'Copies of the model per device.', "the device's"),
  instance_group: optional(
    instanceGroup,
    'Where the copies of the model are and how many, in the words of Triton; in place of `npu_device` and `worker_num`.',
  ),
  ...schedulingKeys,
  compiler_config: optional(
    compilerConfig,
    'Options of the NPU compiler; without one, only `permute_input` changes what the model does.',
  ),
  engine: optional(engine, 'Options of the engine that runs the model.'),
  strict: optional(boolean, "Inputs must carry the model's own names and exact shapes.", "the server's"),
  allow_fallback: optional(boolean, 'Let an engine that cannot use the device use the CPU.', 'false'),
  ...isolationKeys,
  versions: optional(list(text()), 'Accepted as in the original; nothing is done with it.'),
  inputs: optional(
    wholeList(placed(inputClaim)),
    'Names and descriptions for the inputs, in the order of the file.',
  ),
  outputs: optional(
    wholeList(placed(outputEntry)),
    'Names, descriptions and labels for the outputs, in the order of the file.',
  ),
};

/** One element of `model_config_list`. */
export const modelEntry: Schema<ModelEntry> = mapping(
  'a mapping with the keys name and model',
  keys,
  buildEntry,
);

function buildEntry(
  values: ValuesOf<typeof keys>,
  at: At<typeof keys>,
  report: Report,
): ModelEntry | undefined {
  const path = oneOf('model', values.model, 'path', values.path, at, report);
  const inputs = values.inputs ?? [];
  const outputs = values.outputs ?? [];
  const maxBatchSize = values.max_batch_size ?? values.dynamic_batching?.batching.allowedRows.at(-1) ?? null;
  const scheduling = schedulingOf(values, values.max_batch_size, at, report);
  const { ensemble } = scheduling;
  if (ensemble === null) {
    if (path === null) report.problem(at(), 'missing key model; expected the path of a model file');
    if (values.platform === 'ensemble') {
      report.problem(at('platform'), 'an ensemble needs ensemble_scheduling with its steps');
    }
  } else {
    reportMisfits(values, at, report);
    const claims = outputs.map(({ value, place }) => ({ value: value.claim, place }));
    const ends = { inputs, inputsPlace: at('inputs'), outputs: claims, outputsPlace: at('outputs') };
    checkTensors(ensemble, ends, report);
  }
  const device = oneOf('npu_device', values.npu_device, 'device', values.device, at, report);
  const instances = values.instance_group;
  if (instances !== null && ensemble === null) checkInstances(instances, values, at, report);
  return {
    place: at(),
    name: values.name,
    version: values.version ?? DEFAULT_VERSION,
    path,
    description: values.description,
    platform: values.platform === 'ensemble' ? 'cpu' : values.platform,
    device: device ?? instances?.device ?? null,
    batchSize: values.batch_size === 0 ? null : values.batch_size,
    maxBatchSize,
    workers: values.worker_num ?? instances?.workers ?? null,
    compiler: values.compiler_config ?? NO_COMPILER_ENTRY,
    engine: values.engine ?? NO_ENGINE_SETTINGS,
    strict: values.strict,
    allowFallback: values.allow_fallback ?? false,
    isolation: isolationEntry(values),
    inputs: inputs.map(({ value }) => value),
    outputs: outputs.map(({ value }) => value),
    scheduling,
    among: versionEntryOf(values),
  };
}

/** Two ways to say the same would leave open which of them counts. */
function checkInstances(
  instances: Instances,
  values: ValuesOf<typeof keys>,
  at: At<typeof keys>,
  report: Report,
): void {
  if (instances.device === null && instances.workers === null) return;
  for (const key of ['npu_device', 'device', 'worker_num'] as const) {
    if (values[key] === null) continue;
    report.problem(
      at(key),
      'it cannot be used with instance_group, which says the same; expected one of them',
    );
  }
  if (instances.hasThreads && values.engine !== null && values.engine.threads !== null) {
    report.problem(at('engine'), 'its threads are said by instance_group too; expected one of them');
  }
}

/** The value of a key that has two spellings. */
function oneOf(
  name: keyof typeof keys,
  value: string | null,
  otherName: keyof typeof keys,
  other: string | null,
  at: At<typeof keys>,
  report: Report,
): string | null {
  if (value !== null && other !== null) {
    report.problem(at(otherName), `${name} and ${otherName} mean the same; expected one of them`);
  }
  return value ?? other;
}

/** The whole file. */
export const modelList: Schema<readonly ModelEntry[]> = mapping(
  'a mapping with the key model_config_list',
  { model_config_list: required(list(modelEntry), 'The models to serve.') },
  ({ model_config_list }) => model_config_list,
);
