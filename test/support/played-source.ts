import type { ModelSource } from '#control/model-source.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { OfferedModel } from '#lifecycle/offer.js';

/** A place that models come from and that is slow, away or changed when a test says so. */
export class PlayedSource implements ModelSource {
  readonly name: string;
  models: readonly OfferedModel[];
  /** Why nothing can be told; null where it can. */
  away: string | null = null;
  /** How often all was asked for. */
  looks = 0;
  #held: Deferred<void> | null = null;
  #found: (models: readonly OfferedModel[]) => void = () => {};

  constructor(name: string, models: readonly OfferedModel[]) {
    this.name = name;
    this.models = models;
  }

  async all(
    _signal: AbortSignal,
    found: (models: readonly OfferedModel[]) => void = () => {},
  ): Promise<readonly OfferedModel[]> {
    this.looks++;
    this.#found = found;
    await this.#ready();
    return this.models;
  }

  async one(name: string): Promise<OfferedModel | null> {
    // As a list answers: from what it has before anybody reads it anew.
    const { models } = this;
    if (this.away !== null) await this.#ready();
    return models.find((model) => model.name === name) ?? null;
  }

  /** From now on it keeps who asks waiting. */
  hold(): void {
    this.#held = deferred();
  }

  answer(): void {
    this.#held?.resolve();
    this.#held = null;
  }

  /** Tells whoever waits for all of the one. */
  tell(name: string): void {
    this.#found(this.models.filter((model) => model.name === name));
  }

  async #ready(): Promise<void> {
    await this.#held?.promise;
    if (this.away !== null) throw new ServingError('UNAVAILABLE', this.away);
  }
}
