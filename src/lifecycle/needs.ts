/** Something that may need others to be there first. */
export interface Needy<V> {
  /** Others that an ensemble is made of; empty for a model of its own. */
  readonly waitsFor: readonly V[];
}

/** All that something needs, directly or not; itself only where it needs itself. */
export function allNeeded<V extends Needy<V>>(start: V): ReadonlySet<V> {
  const found = new Set<V>();
  const left = [...start.waitsFor];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    left.push(...next.waitsFor);
  }
  return found;
}

/** Whether it could only be there before itself. */
export function needsItself<V extends Needy<V>>(each: V): boolean {
  return allNeeded(each).has(each);
}
