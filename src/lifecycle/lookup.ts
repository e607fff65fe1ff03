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
  const [newest] = newestFirst(ready.map(({ version }) => version));
  return ready.findLast(({ version }) => version === newest) ?? null;
}

/** From the highest number down; where any is not a number, from the last listed to the first. */
export function newestFirst(versions: readonly string[]): readonly string[] {
  const lastFirst = [...versions].reverse();
  return versions.every(isNumber) ? lastFirst.sort((a, b) => compareNumbers(b, a)) : lastFirst;
}

function isNumber(version: string): boolean {
  return /^\d+$/.test(version);
}

/** Versions may be longer than any number type: dates with times, build numbers. */
function compareNumbers(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
