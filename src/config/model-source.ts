import { basename, extname } from 'node:path';
import { NO_COMPILER_ENTRY } from './compiler-keys.js';
import { NO_ENGINE_SETTINGS } from './engine-keys.js';
import type { Given, GivenOptions } from './given.js';
import { NO_ISOLATION_ENTRY } from './isolation-keys.js';
import { DEFAULT_VERSION, type ModelEntry } from './model-entry.js';
import type { OptionKey } from './option-values.js';
import { NOWHERE } from './problem.js';
import type { Report } from './report.js';
import { PLAIN_SCHEDULING } from './scheduling-keys.js';
import { PLAIN_VERSION } from './version-keys.js';

/** The options that describe one model; a model list has keys of its own for them. */
const SINGLE_MODEL_KEYS = [
  'modelPath',
  'modelName',
  'modelVersion',
  'platform',
  'device',
  'batchSize',
  'workers',
] as const satisfies readonly OptionKey[];

/** What the options name to be served: a list, one model, or nothing. */
export interface ModelSource {
  readonly list: Given<string> | null;
  readonly single: ModelEntry | null;
}

/** `otherwiseServed`: something else names models, so that the options need not. */
export function chooseModelSource(
  given: GivenOptions,
  otherwiseServed: boolean,
  report: Report,
): ModelSource {
  const list = listOf(given, report);
  if (list) {
    rejectSingleModelOptions(list, given, report);
    return { list, single: null };
  }
  if (given.modelPath) return { list: null, single: singleModel(given.modelPath, given, report) };
  const stray = SINGLE_MODEL_KEYS.some((key) => given[key]?.from === 'flag');
  if (stray || !otherwiseServed) {
    report.problem(
      NOWHERE,
      "Missing option '--model-path' (or '--model-config'): there is no model to serve",
    );
  }
  return { list: null, single: null };
}

/** A model named by a flag replaces a list named by the environment. */
function listOf({ modelConfig, modelPath }: GivenOptions, report: Report): Given<string> | null {
  if (modelConfig?.from !== 'environment' || modelPath?.from !== 'flag') return modelConfig;
  report.warning(modelConfig.place, `ignored, because ${modelPath.spelling} is given`);
  return null;
}

/** Against a list, flags are a contradiction; variables may stand there for other commands. */
function rejectSingleModelOptions(list: Given<string>, given: GivenOptions, report: Report): void {
  for (const option of SINGLE_MODEL_KEYS.map((key) => given[key])) {
    if (option === null) continue;
    if (option.from === 'environment' && list.from === 'flag') {
      report.warning(option.place, `ignored, because ${list.spelling} is given`);
    } else {
      report.problem(NOWHERE, `'${option.spelling}' cannot be used with '${list.spelling}'`);
    }
  }
}

function singleModel(path: Given<string>, given: GivenOptions, report: Report): ModelEntry | null {
  const { modelName, modelVersion, platform, device, batchSize, workers } = given;
  if (modelName === null) {
    const stem = basename(path.value ?? '', extname(path.value ?? '')) || 'mnist';
    report.problem(NOWHERE, `missing option '--model-name'; for instance --model-name ${stem}`);
  }
  if (path.value === undefined || modelName?.value === undefined) return null;
  return {
    place: modelName.place,
    name: modelName.value,
    version: modelVersion?.value ?? DEFAULT_VERSION,
    path: path.value,
    description: null,
    platform: platform?.value ?? null,
    device: device?.value ?? null,
    batchSize: batchSize?.value || null,
    maxBatchSize: null,
    workers: workers?.value ?? null,
    compiler: NO_COMPILER_ENTRY,
    engine: NO_ENGINE_SETTINGS,
    strict: null,
    allowFallback: false,
    isolation: NO_ISOLATION_ENTRY,
    inputs: [],
    outputs: [],
    scheduling: PLAIN_SCHEDULING,
    among: PLAIN_VERSION,
  };
}
