import type { OfferedModel } from '#lifecycle/offer.js';
import type { LoadRequest } from './load-request.js';

/** Makes of a load's own configuration and files what is offered in place of what the source has. */
export interface Overrides {
  /** Whether a request has any. */
  isAsked(request: LoadRequest): boolean;
  /**
   * What is offered then. Rejects with INVALID_ARGUMENT where the configuration or the files cannot be used, with NOT_FOUND
   * where a configuration comes without files for a model that no source has, and with UNIMPLEMENTED where files may not be given.
   *
   * @param source the model as its source has it; null where none has it
   */
  offerOf(name: string, request: LoadRequest, source: OfferedModel | null): Promise<OfferedModel>;
  /**
   * Begins to remove files that were used and are not any more. To be called whenever something changed.
   *
   * @param filesInUse tells the paths of all model files that are offered or loaded
   */
  tidy(filesInUse: () => ReadonlySet<string>): void;
  /** Removes all files and takes no more. To be called when nothing is loaded any more. */
  close(): Promise<void>;
}
