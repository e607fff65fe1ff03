/**
 * Which models have left their sources: those that were missing already at the look before. One that is missing for the
 * first time may be on its way from one name to another.
 */
export interface Missing {
  readonly gone: readonly string[];
  /** To be kept for the next look. */
  readonly missing: ReadonlySet<string>;
}

export function missingFrom(
  found: ReadonlySet<string>,
  known: readonly string[],
  missingBefore: ReadonlySet<string>,
): Missing {
  const absent = known.filter((name) => !found.has(name));
  return {
    gone: absent.filter((name) => missingBefore.has(name)),
    missing: new Set(absent.filter((name) => !missingBefore.has(name))),
  };
}
