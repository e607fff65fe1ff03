import { type OfferedVersion, PLAIN_BATCHING, PLAIN_QUEUE, type TensorClaim } from '#lifecycle/offer.js';
import { type DeviceDefault, platformOfSelector } from './device-default.js';
import type { ModelEntry } from './model-entry.js';
import { formatPlace } from './problem.js';
import type { Report } from './report.js';

/** A model as it was written, its file's absolute path, and its outputs with what stands in their files. */
export interface LocatedEntry {
  readonly entry: ModelEntry;
  readonly path: string;
  readonly outputs: readonly TensorClaim[];
}

/** What a model gets where it says nothing itself. */
export interface ModelDefaults {
  readonly devices: DeviceDefault;
  readonly strict: boolean;
  readonly threads: number | null;
}

/** The models to serve, everything filled in. Two of the same name and version are a problem. */
export function offerModels(
  entries: readonly LocatedEntry[],
  defaults: ModelDefaults,
  report: Report,
): readonly OfferedVersion[] {
  reportDoubles(
    entries.map(({ entry }) => entry),
    report,
  );
  return entries.map((located) => offer(located, defaults, report));
}

function offer(
  { entry, path, outputs }: LocatedEntry,
  defaults: ModelDefaults,
  report: Report,
): OfferedVersion {
  const named = entry.device === null ? null : platformOfSelector(entry.device);
  const platform = entry.platform ?? named ?? defaults.devices.platform;
  const strict = entry.strict ?? defaults.strict;
  reportUnknownCompilerKeys(entry, strict, report);
  return {
    name: entry.name,
    version: entry.version,
    path,
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
    batching: PLAIN_BATCHING,
    queue: { ...PLAIN_QUEUE, maxSize: null },
    sequence: null,
    ensemble: null,
    warmup: null,
    isCached: false,
    rateLimit: null,
    compiler: { permuteInput: entry.compiler.permuteInput },
    engine: { ...entry.engine, threads: entry.engine.threads ?? defaults.threads },
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
