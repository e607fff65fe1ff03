import type { Clock, Timer } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import { KnownSource } from './known-source.js';
import { type Merged, merged } from './merged.js';
import type { ModelSource } from './model-source.js';
import { type ControlOptions, followsFiles } from './options.js';
import { nextLookMs, type SourceState } from './source-state.js';

const log = loggerOf('control');

export interface KnownSourcesParts {
  readonly sources: readonly ModelSource[];
  readonly options: Pick<ControlOptions, 'mode' | 'pollMs'>;
  readonly clock: Clock;
  /** Hears that what they have together may be something else, after the first look. */
  readonly onNews: () => void;
  /** Runs what is passed when no change of all is under way. */
  readonly alone: (work: () => void) => Promise<void>;
}

/** All sources, each looked at by itself, so that one that is away or slow holds up none of the others. */
export class KnownSources {
  readonly #parts: KnownSourcesParts;
  readonly #known: readonly KnownSource[];
  readonly #stop = new AbortController();
  readonly #timers = new Map<KnownSource, Timer>();
  readonly #looking = new Set<KnownSource>();
  /** Were to be looked at while they were. */
  readonly #due = new Set<KnownSource>();
  readonly #unwatch: (() => void)[] = [];
  /** Changes of all that were made: a look that was begun before knows less. */
  #changes = 0;

  constructor(parts: KnownSourcesParts) {
    this.#parts = parts;
    this.#known = parts.sources.map((source) => new KnownSource(source, parts.clock));
  }

  get states(): readonly SourceState[] {
    return this.#known.map(({ state }) => state);
  }

  /** What they have together, as far as it is known; the first that has a name counts. */
  get merged(): Merged {
    return merged(this.#known.map(({ models }) => models));
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Looks at all for the first time, and settles when each has answered or failed. `onNews` hears of each that has told something. */
  async begin(onNews: () => void): Promise<void> {
    const { signal } = this.#stop;
    await Promise.all(
      this.#known.map(async (known) => {
        const all = await known.look(signal, (models) => {
          if (signal.aborted) return;
          known.heard(models);
          onNews();
        });
        if (all === null || signal.aborted) return;
        known.seen(all);
        onNews();
      }),
    );
  }

  /** Looks again: where files decide, again and again; elsewhere at those that could not be looked at. */
  follow(): void {
    if (this.isStopped) return;
    for (const known of this.#known) {
      this.#plan(known);
      if (this.#parts.options.mode !== 'watch') continue;
      this.#unwatch.push(known.source.watch?.(() => void this.#lookAgain(known)) ?? (() => {}));
    }
  }

  /**
   * The model as the first source that has it has it now; null where none has. Sources that did not answer the last time are
   * asked when no other has it. Rejects where none has it and one of them cannot be looked at.
   */
  async one(name: string): Promise<OfferedModel | null> {
    const sources = this.#known;
    const inOrder = [...sources.filter(({ answers }) => answers), ...sources.filter((each) => !each.answers)];
    const thrown: unknown[] = [];
    for (const known of inOrder) {
      try {
        const found = await known.source.one(name, this.#stop.signal);
        if (found !== null) return this.#warned(found, known);
      } catch (error) {
        thrown.push(error);
      }
    }
    if (thrown.length > 0) throw thrown[0];
    return null;
  }

  /**
   * All that they have now, for a change of all. Rejects where one of them cannot be looked at.
   *
   * @param instead is read in place of the source of the same name
   */
  async read(instead: ModelSource): Promise<{ readonly models: readonly OfferedModel[]; accept(): void }> {
    const lists = await Promise.all(
      this.#known.map(({ source }) =>
        (source.name === instead.name ? instead : source).all(this.#stop.signal),
      ),
    );
    return {
      models: merged(lists).models,
      accept: () => {
        this.#changes++;
        for (const [at, known] of this.#known.entries()) known.seen(lists[at] ?? []);
      },
    };
  }

  /** Looks no more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers.values()) timer.cancel();
    for (const off of this.#unwatch) off();
    await Promise.all(this.#known.map(({ source }) => source.close?.()));
  }

  #plan(known: KnownSource): void {
    const { clock, options } = this.#parts;
    this.#timers.get(known)?.cancel();
    this.#timers.delete(known);
    const waitMs = nextLookMs(known.failures, followsFiles(options.mode) ? options.pollMs : null);
    if (waitMs === null || this.isStopped) return;
    this.#timers.set(
      known,
      clock.startTimer(waitMs, () => void this.#lookAgain(known)),
    );
  }

  /** One look at a time. Never rejects. */
  async #lookAgain(known: KnownSource): Promise<void> {
    if (this.#looking.has(known)) {
      this.#due.add(known);
      return;
    }
    this.#looking.add(known);
    do {
      this.#due.delete(known);
      const changes = this.#changes;
      const models = await known.look(this.#stop.signal, () => {});
      if (models !== null)
        await this.#parts.alone(() => {
          if (changes === this.#changes && !this.isStopped) this.#take(known, models);
        });
    } while (this.#due.has(known) && !this.isStopped);
    this.#looking.delete(known);
    this.#plan(known);
  }

  #take(known: KnownSource, models: readonly OfferedModel[]): void {
    known.seen(models);
    this.#parts.onNews();
  }

  /** Says where a source before it may have the model as well. */
  #warned(found: OfferedModel, from: KnownSource): OfferedModel {
    const before = this.#known.slice(0, this.#known.indexOf(from)).filter(({ answers }) => !answers);
    for (const { source } of before)
      log.warn(
        `model '${found.name}' is taken from ${from.source.name}, though ${source.name} stands before it and has not answered`,
      );
    return found;
  }
}
