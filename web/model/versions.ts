import type { LiveModel, LiveVersion } from '../live-types.js';

/**
 * The version that a page is about: the one that the address names, or else the one that serves who names none: the highest by
 * number that is ready. Where none is, the last that is listed. Null where there is none of that name.
 */
export function versionShown(model: LiveModel, wanted: string | null): LiveVersion | null {
  const { versions } = model;
  if (wanted !== null) return versions.find(({ version }) => version === wanted) ?? null;
  const ready = versions.filter(({ state }) => state === 'READY');
  const candidates = ready.length > 0 ? ready : versions;
  if (!candidates.every(({ version }) => /^\d+$/.test(version))) return candidates.at(-1) ?? null;
  const highest = candidates.reduce<LiveVersion | null>(
    (best, each) => (best === null || Number(each.version) > Number(best.version) ? each : best),
    null,
  );
  return highest;
}

/** Not to be there is no fault where nobody wants it to be. */
export function stateOf({ state, wanted }: LiveVersion): LiveVersion['state'] | 'unloaded' {
  return state === 'UNAVAILABLE' && !wanted ? 'unloaded' : state;
}
