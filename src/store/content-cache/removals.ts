/** Something that takes room in a cache. */
export interface Occupant {
  /** Where it lies. */
  readonly path: string;
  readonly byteLength: number;
  /** When it was used last, in milliseconds of any one clock. */
  readonly usedMs: number;
  readonly isInUse: boolean;
}

/**
 * What is to be removed so that all that stays is `maxBytes` at most: what was not used the longest first, and nothing
 * that is in use. Null where that is not enough; then nothing should be removed.
 */
export function chooseRemovals(occupants: readonly Occupant[], maxBytes: number): readonly Occupant[] | null {
  let surplus = bytesOf(occupants) - maxBytes;
  const removals: Occupant[] = [];
  const oldestFirst = occupants.filter(({ isInUse }) => !isInUse).sort((a, b) => a.usedMs - b.usedMs);
  for (const occupant of oldestFirst) {
    if (surplus <= 0) break;
    surplus -= occupant.byteLength;
    removals.push(occupant);
  }
  return surplus <= 0 ? removals : null;
}

export function bytesOf(occupants: readonly Occupant[]): number {
  return occupants.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
