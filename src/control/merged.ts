import type { OfferedModel } from '#lifecycle/offer.js';

/** What two sources may both have. */
export interface Merged {
  readonly models: readonly OfferedModel[];
  /** Names that more than one source has, with the sources; the first of them counts. */
  readonly doubles: ReadonlyMap<string, readonly string[]>;
}

/** What several sources have together, the first coming first. */
export function merged(lists: readonly (readonly OfferedModel[])[]): Merged {
  const models = new Map<string, OfferedModel>();
  const doubles = new Map<string, readonly string[]>();
  for (const list of lists) {
    for (const model of list) {
      const first = models.get(model.name);
      if (first === undefined) models.set(model.name, model);
      else doubles.set(model.name, [...(doubles.get(model.name) ?? [first.source]), model.source]);
    }
  }
  return { models: [...models.values()], doubles };
}
