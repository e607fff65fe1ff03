import type { Tensor } from '#tensor/tensor.js';

/** Keeps answers for another time. It may forget any of them, and whatever goes wrong with it is a miss. */
export interface ResponseStore {
  /** An answer whose bytes belong to the caller, or null. Never rejects. */
  get(key: string): Promise<readonly Tensor[] | null>;
  /** Keeps a copy, made before this returns: the tensors may be given away at once. Never throws. */
  put(key: string, outputs: readonly Tensor[]): void;
  /** Settles when nothing is held any more. Never rejects. */
  close(): Promise<void>;
}
