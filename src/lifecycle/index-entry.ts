import type { IndexState } from './state.js';
import type { Version } from './version.js';

/** One line of the repository index. */
export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: IndexState;
  readonly reason: string;
  /** Whether it is meant to be loaded. */
  readonly wanted: boolean;
  /** Other names that it has now. */
  readonly labels: readonly string[];
}

/** What its line says of a version is found out from this. */
export interface VersionFacts {
  /** Its loads, the newest last, without those on trial. */
  readonly loads: readonly Pick<Version, 'state' | 'wanted' | 'reason' | 'indexState'>[];
  /** The one of them that serves; null where none does. */
  readonly serving: VersionFacts['loads'][number] | null;
  /** Why its source cannot be used now; null where it can. */
  readonly fault: string | null;
  /** Whether its model is meant to be loaded. */
  readonly isAsked: boolean;
  /** Empty where there is nothing to say. */
  readonly whyNotLoaded: string;
}

/** Where a version stands: what serves counts, whatever became of what should have taken its place. */
export function standOf(facts: VersionFacts): Pick<IndexEntry, 'state' | 'reason' | 'wanted'> {
  const { loads, serving, fault, isAsked, whyNotLoaded } = facts;
  const newest = loads.findLast(({ wanted }) => wanted) ?? loads.at(-1) ?? null;
  const wanted = loads.some((load) => load.wanted);
  if (serving !== null) {
    const failure = newest !== serving && newest?.state === 'failed' ? newest.reason : '';
    const kept = failure === '' ? (fault ?? '') : failure;
    return {
      state: 'READY',
      reason: kept === '' ? '' : `what was loaded before goes on serving: ${kept}`,
      wanted,
    };
  }
  if (newest !== null) return { state: newest.indexState, reason: newest.reason, wanted };
  return { state: 'UNAVAILABLE', reason: fault !== null && isAsked ? fault : whyNotLoaded, wanted };
}
