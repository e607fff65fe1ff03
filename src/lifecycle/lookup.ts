/** What the choice of a version is made from. */
export interface VersionEntry {
  readonly version: string;
  readonly ready: boolean;
}

/**
 * The version that serves when none is named: the highest ready one by number; where any ready version is not a
 * number, the last listed. Null when none is ready.
 */
export function defaultVersion<V extends VersionEntry>(versions: readonly V[]): V | null {
  const ready = versions.filter((entry) => entry.ready);
  if (ready.some((entry) => !isNumber(entry.version))) return ready.at(-1) ?? null;
  let best: V | null = null;
  for (const entry of ready) {
    if (best === null || compareNumbers(entry.version, best.version) >= 0) best = entry;
  }
  return best;
}

function isNumber(version: string): boolean {
  return /^\d+$/.test(version);
}

/** Versions may be longer than any number type: dates with times, build numbers. */
function compareNumbers(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
