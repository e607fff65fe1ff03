import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { ModelSource } from './model-source.js';
import type { SourceState } from './source-state.js';

const log = loggerOf('control');

/** One source, and what is known of it. */
export class KnownSource {
  readonly source: ModelSource;
  readonly #clock: Clock;
  /** What it has as far as it has told; whole once it has been looked at. */
  #models: readonly OfferedModel[] = [];
  #lastSeenMs: number | null = null;
  #fault: string | null = null;
  #failures = 0;

  constructor(source: ModelSource, clock: Clock) {
    this.source = source;
    this.#clock = clock;
  }

  get models(): readonly OfferedModel[] {
    return this.#models;
  }

  /** Whether it was ever looked at as a whole. */
  get wasSeen(): boolean {
    return this.#lastSeenMs !== null;
  }

  /** Whether it answered the last time: whoever asks it now will probably not wait in vain. */
  get answers(): boolean {
    return this.wasSeen && this.#fault === null;
  }

  /** Looks in a row that failed. */
  get failures(): number {
    return this.#failures;
  }

  get state(): SourceState {
    const fault = this.#fault ?? this.source.fault ?? null;
    return {
      name: this.source.name,
      isUp: this.wasSeen && fault === null,
      fault,
      models: this.#models.length,
      lastSeenMs: this.#lastSeenMs,
    };
  }

  /** Looks at all that it has. Answers null, and says why in the log, where it cannot be looked at. */
  async look(
    signal: AbortSignal,
    found: (models: readonly OfferedModel[]) => void,
  ): Promise<readonly OfferedModel[] | null> {
    try {
      return await this.source.all(signal, found);
    } catch (thrown) {
      if (!signal.aborted) this.failed(thrown);
      return null;
    }
  }

  /** It has told of these, and goes on. */
  heard(models: readonly OfferedModel[]): void {
    if (!this.wasSeen) this.#models = [...this.#models, ...models];
  }

  /** It has told of all. */
  seen(models: readonly OfferedModel[]): void {
    if (this.#fault !== null) log.info(`${this.source.name} can be looked at again`);
    this.#models = models;
    this.#lastSeenMs = this.#clock.epochMs();
    this.#fault = null;
    this.#failures = 0;
  }

  failed(thrown: unknown): void {
    const fault = messageOf(thrown);
    // Each further try would say the same.
    if (fault !== this.#fault) log.error(`${this.source.name} cannot be looked at: ${fault}`);
    this.#fault = fault;
    this.#failures++;
  }
}
