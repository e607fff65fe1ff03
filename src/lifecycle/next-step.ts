import { needsItself } from './needs.js';
import type { VersionState } from './state.js';

/** What the decision is made from. */
export interface VersionSnapshot {
  readonly state: VersionState;
  readonly wanted: boolean;
  /** The versions that its steps may be run by, where it is an ensemble; else empty. */
  readonly waitsFor: readonly VersionSnapshot[];
}

export type Step<V> = { readonly kind: 'load' | 'unload'; readonly version: V };

/**
 * The steps that bring what is loaded nearer to what is wanted, in the order of the list. A failed version is left
 * alone until it is asked for again. An ensemble is loaded when all that it waits for has arrived, well or not: whether
 * that is enough for it is found out then.
 */
export function nextSteps<V extends VersionSnapshot>(versions: readonly V[]): readonly Step<V>[] {
  const steps: Step<V>[] = [];
  for (const version of versions) {
    if (version.wanted && version.state === 'offered' && !mustWait(version))
      steps.push({ kind: 'load', version });
    if (!version.wanted && version.state === 'ready') steps.push({ kind: 'unload', version });
  }
  return steps;
}

/** One that needs itself would wait for ever; its loading says what is wrong. */
function mustWait(version: VersionSnapshot): boolean {
  return version.waitsFor.some(isOnItsWay) && !needsItself(version);
}

function isOnItsWay({ state, wanted }: VersionSnapshot): boolean {
  return state === 'loading' || (wanted && (state === 'offered' || state === 'unloading'));
}
