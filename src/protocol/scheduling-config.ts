import type {
  Batches,
  Control,
  Policy,
  Scheduling,
  Sequences,
  State,
  Step,
  Warmup,
} from '#inference/scheduling.js';
import { CONFIG_TYPE } from './config-type.js';

/** The key of Triton's `scheduling_choice` that is true of a model, or none. */
export function schedulingConfig(scheduling: Scheduling): object {
  switch (scheduling.kind) {
    case 'none':
      return {};
    case 'batches':
      return { dynamic_batching: batchesConfig(scheduling.batches) };
    case 'sequences':
      return { sequence_batching: sequencesConfig(scheduling.sequences) };
    case 'ensemble':
      return { ensemble_scheduling: { step: scheduling.steps.map(stepConfig), max_inflight_requests: 0 } };
  }
}

function batchesConfig(batches: Batches): object {
  return {
    preferred_batch_size: batches.preferredRows,
    // Triton has no word for a delay that the server finds out; 0 is what it prints where none is said.
    max_queue_delay_microseconds: microseconds(batches.maxDelayMs ?? 0),
    preserve_ordering: batches.preserveOrdering,
    priority_levels: batches.priorityLevels,
    default_priority_level: batches.defaultPriority,
    default_queue_policy: policyConfig(batches.policy),
    priority_queue_policy: Object.fromEntries(
      Object.entries(batches.policyOf).map(([level, policy]) => [level, policyConfig(policy)]),
    ),
  };
}

function policyConfig(policy: Policy): object {
  return {
    timeout_action: policy.timeoutAction === 'delay' ? 'DELAY' : 'REJECT',
    default_timeout_microseconds: microseconds(policy.defaultTimeoutMs ?? 0),
    allow_timeout_override: policy.allowTimeoutOverride,
    max_queue_size: policy.maxSize ?? 0,
  };
}

function sequencesConfig({ maxIdleMs, strategy, controls, states }: Sequences): object {
  return {
    max_sequence_idle_microseconds: microseconds(maxIdleMs),
    control_input: controls.map(controlConfig),
    ...strategyConfig(strategy),
    state: states.map(stateConfig),
    iterative_sequence: false,
  };
}

function strategyConfig(strategy: Sequences['strategy']): object {
  const delay = { max_queue_delay_microseconds: microseconds(strategy.maxDelayMs) };
  if (strategy.kind === 'direct') {
    return { direct: { ...delay, minimum_slot_utilization: strategy.minSlotUtilization } };
  }
  return {
    oldest: {
      max_candidate_sequences: strategy.maxCandidates,
      preferred_batch_size: strategy.preferredRows,
      ...delay,
      preserve_ordering: strategy.preserveOrdering,
    },
  };
}

function controlConfig({ name, kind, datatype, falseTrue }: Control): object {
  const pair = falseTrue ?? [];
  return {
    name,
    control: [
      {
        kind: `CONTROL_SEQUENCE_${kind}`,
        int32_false_true: datatype === 'INT32' ? pair : [],
        fp32_false_true: datatype === 'FP32' ? pair : [],
        // Said of CORRID only: elsewhere the values have the type.
        data_type: falseTrue === null ? CONFIG_TYPE[datatype] : 'TYPE_INVALID',
        bool_false_true: datatype === 'BOOL' ? pair.map(Boolean) : [],
      },
    ],
  };
}

function stateConfig({ inputName, outputName, datatype, dims, initial }: State): object {
  const data = initial?.file ? { data_file: fileName(initial.file) } : { zero_data: true };
  return {
    input_name: inputName,
    output_name: outputName,
    data_type: CONFIG_TYPE[datatype],
    dims,
    initial_state:
      initial === null ? [] : [{ data_type: CONFIG_TYPE[datatype], dims: initial.dims, ...data, name: '' }],
    use_same_buffer_for_input_output: false,
    use_growable_memory: false,
  };
}

function stepConfig({ model, inputs, outputs }: Step): object {
  return {
    model_name: model.name,
    // An int64 there: a version that is no number cannot be told, and is left to the name.
    model_version: versionNumber(model.version),
    input_map: inputs,
    output_map: outputs,
    model_namespace: '',
  };
}

function versionNumber(version: string | null): number {
  return version !== null && /^\d{1,15}$/.test(version) ? Number(version) : -1;
}

/** An element of Triton's `model_warmup`. */
export function warmupConfig({ name, batchSize, count, inputs }: Warmup): object {
  return {
    name,
    batch_size: batchSize,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([input, { datatype, dims, data }]) => [
        input,
        { data_type: CONFIG_TYPE[datatype], dims, ...warmupData(data) },
      ]),
    ),
    count,
  };
}

function warmupData(data: Warmup['inputs'][string]['data']): object {
  if (data === 'zero') return { zero_data: true };
  return data === 'random' ? { random_data: true } : { input_data_file: fileName(data.file) };
}

/** Clients hear the name of a file, and not where on this host it lies. */
function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}
