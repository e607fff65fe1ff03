import type { OfferedModel } from '#lifecycle/offer.js';

/** A place that models come from. */
export interface ModelSource {
  /** For people: `the configuration`, or the folder or address. */
  readonly name: string;
  /** Why it could not be looked at the last time, where it answers with what it had before; null where it could. */
  readonly fault?: string | null;
  /**
   * All that it has now. Rejects with a ServingError where nothing at all can be told; what is wrong with one model is the
   * model's `fault`.
   *
   * @param found hears of models as soon as they are known, where others take their time; all of them are in the answer as well
   */
  all(
    signal: AbortSignal,
    found?: (models: readonly OfferedModel[]) => void,
  ): Promise<readonly OfferedModel[]>;
  /** One model as it is now; null where it has none of that name. Rejects as `all` does. */
  one(name: string, signal: AbortSignal): Promise<OfferedModel | null>;
  /** Calls `listener` when something may have changed, soon after it did. Answers how to call that off. */
  watch?(listener: () => void): () => void;
  /** Is looked at no more. */
  close?(): Promise<void>;
}
