import { PLAIN_ISOLATION, type WallKind } from '#device/isolation.js';
import type { ConfiguredVersion, TensorClaim } from '#lifecycle/offer.js';
import { type DeviceDefault, platformOfSelector } from './device-default.js';
import { checkEnsembleModels } from './ensemble-models.js';
import { isolationOf } from './isolation-keys.js';
import type { ModelEntry } from './model-entry.js';
import { checkModelVersions } from './model-versions.js';
import { warmupSamples } from './model-warmup.js';
import { formatPlace } from './problem.js';
import type { Report } from './report.js';
import { locatedSequence } from './sequence-batching.js';
import { roleOf } from './version-keys.js';

/** A model as it was written, where its files are, and its outputs with what stands in their files. */
export interface LocatedEntry {
  readonly entry: ModelEntry;
  /** The absolute form of a path that the entry names. */
  locate(path: string): string;
  readonly outputs: readonly TensorClaim[];
}

/** What a model gets where it says nothing itself. */
export interface ModelDefaults {
  readonly devices: DeviceDefault;
  readonly strict: boolean;
  readonly threads: number | null;
  readonly wall: WallKind;
}

/** What is known of the models as a whole. */
export interface OfferInput {
  readonly entries: readonly LocatedEntry[];
  /** False where some of what was written could not be read, so that a model that is missing proves nothing. */
  readonly isWhole: boolean;
  readonly defaults: ModelDefaults;
}

/**
 * The models to serve, everything filled in. Two of the same name and version are a problem, as are ensembles of models
 * that there are not.
 */
export function offerModels(
  { entries, isWhole, defaults }: OfferInput,
  report: Report,
): readonly ConfiguredVersion[] {
  const written = entries.map(({ entry }) => entry);
  reportDoubles(written, report);
  if (isWhole) {
    checkEnsembleModels(written, report);
    checkModelVersions(written, report);
  }
  return entries.map((located) => offer(located, defaults, report));
}

function offer(
  { entry, locate, outputs }: LocatedEntry,
  defaults: ModelDefaults,
  report: Report,
): ConfiguredVersion {
  const named = entry.device === null ? null : platformOfSelector(entry.device);
  const { sequence, ensemble, warmup, ...scheduling } = entry.scheduling;
  // An ensemble has no device; it speaks V2.
  const platform = ensemble ? 'cpu' : (entry.platform ?? named ?? defaults.devices.platform);
  const strict = entry.strict ?? defaults.strict;
  reportUnknownCompilerKeys(entry, strict, report);
  const role = roleOf(entry.among);
  return {
    name: entry.name,
    version: entry.version,
    path: entry.path === null ? '' : locate(entry.path),
    description: entry.description,
    platform,
    device: entry.device ?? defaults.devices.deviceOf(platform),
    workers: entry.workers,
    batchSize: entry.batchSize,
    maxBatchSize: entry.maxBatchSize,
    strict,
    allowFallback: entry.allowFallback,
    inputs: entry.inputs,
    outputs,
    ...scheduling,
    sequence: sequence && locatedSequence(sequence.options, locate),
    ensemble: ensemble === null ? null : ensemble.steps.map(({ step }) => step),
    warmup: warmup && warmupSamples(warmup, entry.maxBatchSize, locate),
    compiler: { permuteInput: entry.compiler.permuteInput },
    engine: { ...entry.engine, threads: entry.engine.threads ?? defaults.threads },
    isolation: ensemble ? PLAIN_ISOLATION : isolationOf(entry.isolation, defaults.wall, report),
    ...(role && { role }),
  };
}

/** The list of known keys is pieced together, so an unknown one is an error only for those who want it so. */
function reportUnknownCompilerKeys(entry: ModelEntry, strict: boolean, report: Report): void {
  for (const { place, hint } of entry.compiler.unknown) {
    if (strict) report.problem(place, `unknown compiler option${hint}`);
    else report.warning(place, `unknown compiler option, ignored${hint}`);
  }
}

function reportDoubles(entries: readonly ModelEntry[], report: Report): void {
  const seen = new Map<string, ModelEntry>();
  for (const entry of entries) {
    // Neither a name nor a version holds a "/".
    const id = `${entry.name}/${entry.version}`;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, entry);
    else report.problem(entry.place, `${shown(entry)} was given before, at ${formatPlace(first.place)}`);
  }
}

function shown({ name, version }: ModelEntry): string {
  return `model ${JSON.stringify(name)} version ${JSON.stringify(version)}`;
}
