import type { PreparedWeights, WeightSharing } from './engine-settings.js';

export const WEIGHT_SHARING: readonly WeightSharing[] = ['auto', 'always', 'off'];

/** How the server lets instances share weights. */
export interface SharingOptions {
  /** For models whose configuration does not say. */
  readonly mode: WeightSharing;
  /** Where prepared copies are. */
  readonly folder: string;
  readonly maxBytes: number;
}

/** Beside smaller weights the heap of an instance's thread is large, and a copy on the disk worth nothing. */
export const LEAST_SHARED_BYTES: number = 8 * 1024 * 1024;

/** What of a model decides it. */
export interface Sharer {
  /** What its own configuration says; null where it does not. */
  readonly wished: WeightSharing | null;
  readonly modelBytes: number;
  readonly instances: number;
}

/**
 * Where the first instance of a model finds its weights, or null where each holds its own. Only the first may have a copy
 * made, and the others are opened after it.
 */
export function weightsToShare(
  { wished, modelBytes, instances }: Sharer,
  options: SharingOptions | null,
): PreparedWeights | null {
  if (options === null || modelBytes < LEAST_SHARED_BYTES) return null;
  const mode = wished ?? options.mode;
  if (mode === 'off') return null;
  const { folder, maxBytes } = options;
  return { folder, maxBytes, mayMake: instances > 1 || mode === 'always' };
}
