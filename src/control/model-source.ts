import type { OfferedModel } from '#lifecycle/offer.js';

/** A place that models come from. */
export interface ModelSource {
  /** For people: `the configuration`, or the folder or address. */
  readonly name: string;
  /**
   * All that it has now. Rejects with a ServingError where nothing at all can be told; what is wrong with one model is the
   * model's `fault`.
   */
  all(signal: AbortSignal): Promise<readonly OfferedModel[]>;
  /** One model as it is now; null where it has none of that name. Rejects as `all` does. */
  one(name: string, signal: AbortSignal): Promise<OfferedModel | null>;
  /** Calls `listener` when something may have changed, soon after it did. Answers how to call that off. */
  watch?(listener: () => void): () => void;
  /** Is looked at no more. */
  close?(): Promise<void>;
}
