import { newestFirst } from '#lifecycle/lookup.js';
import type { FolderScan, FoundModel, FoundVersion } from './found.js';

interface Found {
  readonly isMissing: boolean;
}

/**
 * A scan as it is acted on: a model, or a version of one, is only taken as removed when two scans in a row do not find
 * it. Folders that are replaced one after the other (`mv a b && mv c a`) are never away for anybody.
 *
 * @param previous what was acted on before
 */
export function settled(previous: FolderScan | null, scan: FolderScan): FolderScan {
  if (previous === null) return scan;
  const before = new Map(previous.models.map((model) => [model.name, model]));
  const found = scan.models.map((model) => withVersions(before.get(model.name), model));
  const models = withMissing(previous.models, found, ({ name }) => name);
  return { ...scan, models: [...models].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** Something is missing, so that another look will change what is known. */
export function hasMissing({ models }: FolderScan): boolean {
  return models.some((model) => model.isMissing || model.versions.some((version) => version.isMissing));
}

function withVersions(before: FoundModel | undefined, model: FoundModel): FoundModel {
  if (before === undefined || model.fault !== null) return model;
  const versions = withMissing(before.versions, model.versions, ({ version }) => version);
  return { ...model, versions: inOrder(versions) };
}

function withMissing<T extends Found>(
  before: readonly T[],
  now: readonly T[],
  nameOf: (found: T) => string,
): readonly T[] {
  const names = new Set(now.map(nameOf));
  const missing = before.filter((found) => !found.isMissing && !names.has(nameOf(found)));
  return [...now, ...missing.map((found) => ({ ...found, isMissing: true }))];
}

function inOrder(versions: readonly FoundVersion[]): readonly FoundVersion[] {
  const byName = new Map(versions.map((found) => [found.version, found]));
  return [...newestFirst([...byName.keys()])].reverse().flatMap((name) => byName.get(name) ?? []);
}
