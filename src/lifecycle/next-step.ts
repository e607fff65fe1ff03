import type { VersionState } from './state.js';

/** What the decision is made from. */
export interface VersionSnapshot {
  readonly state: VersionState;
  readonly wanted: boolean;
}

export type Step<V> = { readonly kind: 'load' | 'unload'; readonly version: V };

/**
 * The steps that bring what is loaded nearer to what is wanted, in the order of the list. A failed version is left
 * alone until it is asked for again.
 */
export function nextSteps<V extends VersionSnapshot>(versions: readonly V[]): readonly Step<V>[] {
  const steps: Step<V>[] = [];
  for (const version of versions) {
    if (version.wanted && version.state === 'offered') steps.push({ kind: 'load', version });
    if (!version.wanted && version.state === 'ready') steps.push({ kind: 'unload', version });
  }
  return steps;
}
