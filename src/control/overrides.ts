import { ServingError } from '#core/errors.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { LoadRequest } from './load-request.js';

/** Makes of a load's own configuration and files what is offered in place of what the source has. */
export interface Overrides {
  /** Whether a request has any. */
  isAsked(request: LoadRequest): boolean;
  /**
   * What is offered then. Rejects with INVALID_ARGUMENT where the configuration or the files cannot be used, and with
   * UNAVAILABLE where files may not be given.
   *
   * @param source the model as its source has it; null where none has it
   */
  offerOf(name: string, request: LoadRequest, source: OfferedModel | null): Promise<OfferedModel>;
}

/** Nobody may bring anything. */
export const NO_OVERRIDES: Overrides = {
  isAsked: ({ config, files }) => config !== null || files.size > 0,
  offerOf() {
    throw new ServingError('UNIMPLEMENTED', 'a load with a configuration of its own is not supported');
  },
};
