import type { VersionState } from './state.js';

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
}

export type Step<L> = { readonly kind: 'load' | 'unload' | 'forget'; readonly load: L };

/**
 * The steps that bring what is loaded of one model, oldest first, nearer to what is wanted. Who is not wanted any more
 * leaves when what comes in its place is ready, and stays where that failed. What failed is left alone until it is asked
 * for again.
 */
export function nextSteps<L extends LoadSnapshot>(loads: readonly L[]): readonly Step<L>[] {
  const steps: Step<L>[] = [];
  for (const load of loads) {
    const { state, wanted, isClosing } = load;
    if (wanted && state === 'offered') steps.push({ kind: 'load', load });
    if (wanted) continue;
    if (state === 'ready' && mayLeave(load, loads)) steps.push({ kind: 'unload', load });
    if (state === 'offered' || (state === 'failed' && !isClosing)) steps.push({ kind: 'forget', load });
  }
  return steps;
}

function mayLeave(leaving: LoadSnapshot, loads: readonly LoadSnapshot[]): boolean {
  const { version, isTrial } = leaving;
  if (isTrial) return true;
  // What serves already stands in, and not what came after it and is not wanted either.
  const standIn = loads.find((load) => load.version === version && load.state === 'ready' && !load.isTrial);
  if (standIn !== leaving) return true;
  const wanted = loads.filter((load) => load.wanted && !load.isTrial);
  const itsOwn = wanted.filter((load) => load.version === version);
  const heirs = itsOwn.length > 0 ? itsOwn : wanted;
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
