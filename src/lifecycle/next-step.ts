import type { VersionState } from './state.js';
import type { UpdatePolicy } from './update-policy.js';

/** What the decision is made from: one load of one version of a model. A version may have several, of different revisions. */
export interface LoadSnapshot {
  readonly version: string;
  readonly state: VersionState;
  /** Whether it is what is wanted of its version now: asked for, chosen, of the newest revision. */
  readonly wanted: boolean;
  /** It failed, and what it had is being closed. */
  readonly isClosing: boolean;
  /** It is a trial, and changes nothing for the others until it is accepted. */
  readonly isTrial: boolean;
  /** It had made room for what failed then, and stands in for it. */
  readonly isReturning: boolean;
}

export type Step<L> = { readonly kind: 'load' | 'unload' | 'forget'; readonly load: L };

/**
 * The steps that bring what is loaded of one model, oldest first, nearer to what is wanted. Who is not wanted any more
 * leaves when what comes in its place is ready, and stays where that failed; with `replace` it leaves first, and what comes
 * waits until it is gone. What failed is left alone until it is asked for again.
 */
export function nextSteps<L extends LoadSnapshot>(
  loads: readonly L[],
  update: UpdatePolicy,
): readonly Step<L>[] {
  const steps: Step<L>[] = [];
  for (const load of loads) {
    const { state, wanted, isClosing } = load;
    const mayCome = state === 'offered' && (wanted || standsIn(load, loads));
    if (mayCome && !mustWait(load, loads, update)) steps.push({ kind: 'load', load });
    if (wanted || mayCome) continue;
    if (state === 'ready' && mayLeave(load, loads, update)) steps.push({ kind: 'unload', load });
    if (state === 'offered' || (state === 'failed' && !isClosing)) steps.push({ kind: 'forget', load });
  }
  return steps;
}

/** Those that are wanted in the place of a version: its own, or all where none of it is. */
export function heirsOf<L extends Pick<LoadSnapshot, 'version' | 'wanted' | 'isTrial'>>(
  version: string,
  loads: readonly L[],
): readonly L[] {
  const wanted = loads.filter((load) => load.wanted && !load.isTrial);
  const itsOwn = wanted.filter((load) => load.version === version);
  return itsOwn.length > 0 ? itsOwn : wanted;
}

/** Whether what had made room for others comes back, since one of them failed and none is on its way. */
export function comesBack(heirs: readonly Pick<LoadSnapshot, 'state'>[]): boolean {
  return (
    heirs.some(({ state }) => state === 'failed') &&
    heirs.every(({ state }) => state === 'failed' || state === 'ready')
  );
}

function standsIn({ version, isReturning }: LoadSnapshot, loads: readonly LoadSnapshot[]): boolean {
  return isReturning && comesBack(heirsOf(version, loads));
}

/** Whether there is no room for it before others are gone. */
function mustWait(load: LoadSnapshot, loads: readonly LoadSnapshot[], update: UpdatePolicy): boolean {
  if (update === 'overlap' || load.isTrial || !load.wanted) return false;
  return loads.some((other) => !other.wanted && !other.isTrial && isLeaving(other, loads, update));
}

function isLeaving(load: LoadSnapshot, loads: readonly LoadSnapshot[], update: UpdatePolicy): boolean {
  const { state, isClosing } = load;
  // What is loading cannot be stopped, and leaves then.
  return (
    state === 'loading' ||
    state === 'unloading' ||
    isClosing ||
    (state === 'ready' && mayLeave(load, loads, update))
  );
}

function mayLeave(leaving: LoadSnapshot, loads: readonly LoadSnapshot[], update: UpdatePolicy): boolean {
  const { version, isTrial } = leaving;
  if (isTrial) return true;
  // What serves already stands in, and not what came after it and is not wanted either.
  const standIn = loads.find((load) => load.version === version && load.state === 'ready' && !load.isTrial);
  if (standIn !== leaving) return true;
  const heirs = heirsOf(version, loads);
  if (update === 'replace' && heirs.some(({ state }) => state === 'offered')) return true;
  return heirs.every(({ state }) => state === 'ready');
}

/** What may need others to be there first, and when these are on their way. */
export interface Needing {
  readonly state: VersionState;
  readonly wanted: boolean;
}

/** Whether one that is needed may still arrive; whether that is enough for those that need it is found out then. */
export function isOnItsWay({ state, wanted }: Needing): boolean {
  return state === 'loading' || (wanted && state === 'offered');
}
