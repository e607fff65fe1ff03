import type { PlacedStep } from './ensemble-scheduling.js';
import type { ModelEntry } from './model-entry.js';
import { quoted } from './node.js';
import type { Report } from './report.js';
import { didYouMean } from './schema.js';

/** Whether the models of every ensemble are served, and none is made of itself. */
export function checkEnsembleModels(entries: readonly ModelEntry[], report: Report): void {
  const names = [...new Set(entries.map(({ name }) => name))];
  for (const { scheduling } of entries) {
    for (const placed of scheduling.ensemble?.steps ?? []) checkModel(placed, entries, names, report);
  }
  // One ring is told once, at the first of the models that are in it.
  const told = new Set<ModelEntry>();
  for (const entry of entries) {
    const ring = told.has(entry) ? null : ringFrom(entry, entries);
    if (ring === null) continue;
    for (const { entry } of ring) told.add(entry);
    const [first] = ring;
    if (first === undefined) continue;
    const chain = [...ring.map(({ entry }) => entry.name), entry.name].join(' -> ');
    report.problem(first.through.modelPlace, `an ensemble cannot be made of itself: ${chain}`);
  }
}

function checkModel(
  { step: { model }, modelPlace }: PlacedStep,
  entries: readonly ModelEntry[],
  names: readonly string[],
  report: Report,
): void {
  if (!names.includes(model.name)) {
    const hint = didYouMean(model.name, names);
    report.problem(modelPlace, `no model ${quoted(model.name)} is configured${hint}`);
    return;
  }
  const meant = entries.filter(({ name }) => name === model.name);
  if (model.version === null || meant.some((entry) => isVersion(entry, model.version))) return;
  const labels = meant.flatMap(({ among }) => among.labels.map(({ value }) => value));
  const found = [...meant.map(({ version }) => version), ...labels].map(quoted).join(', ');
  report.problem(
    modelPlace,
    `the model ${quoted(model.name)} has no version ${quoted(model.version)}; configured: ${found}`,
  );
}

interface Link {
  readonly entry: ModelEntry;
  /** The step that leads on to the next. */
  readonly through: PlacedStep;
}

/** The way from an entry by the models of its steps back to itself, or null. */
function ringFrom(start: ModelEntry, entries: readonly ModelEntry[]): readonly Link[] | null {
  const seen = new Set<ModelEntry>();
  const walk = (entry: ModelEntry): readonly Link[] | null => {
    for (const through of entry.scheduling.ensemble?.steps ?? []) {
      for (const next of entries.filter((each) => isMeant(through, each))) {
        if (next === start) return [{ entry, through }];
        if (seen.has(next)) continue;
        seen.add(next);
        const rest = walk(next);
        if (rest !== null) return [{ entry, through }, ...rest];
      }
    }
    return null;
  };
  return walk(start);
}

/** Without a version any of the model's may be the newest. */
function isMeant({ step: { model } }: PlacedStep, entry: ModelEntry): boolean {
  return model.name === entry.name && (model.version === null || isVersion(entry, model.version));
}

/** Whether a version, or a label, means the version of the entry. */
function isVersion({ version, among }: ModelEntry, meant: string | null): boolean {
  return version === meant || among.labels.some(({ value }) => value === meant);
}
