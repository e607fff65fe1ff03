import type { ModelManager } from '#lifecycle/manager.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { Overrides } from './overrides.js';

/** The models that are as a load brought them, and not as their source has them. */
export class BroughtModels {
  readonly #models: ModelManager;
  readonly #overrides: Overrides;
  readonly #names = new Set<string>();
  /** What is offered again if what is tried in its place fails, by what is tried. */
  readonly #fallbacks = new Map<OfferedModel, OfferedModel>();

  constructor(models: ModelManager, overrides: Overrides) {
    this.#models = models;
    this.#overrides = overrides;
    models.onChange(() => this.#tidy());
  }

  /** Those that nobody wants any more. */
  get left(): readonly string[] {
    return [...this.#names].filter((name) => !this.#models.isAsked(name));
  }

  /**
   * Loads what was brought. Rejects as `ModelManager.load`; what was offered before is then offered again, unless somebody
   * has asked for something else meanwhile.
   */
  async tryOut(offered: OfferedModel, isForced: boolean): Promise<void> {
    const models = this.#models;
    const { name } = offered;
    const before = models.offeredOf(name);
    const was = { asked: models.isAsked(name), brought: this.#names.has(name) };
    if (before !== null) this.#fallbacks.set(offered, before);
    models.offer(offered);
    this.#names.add(name);
    // Those who serve on it may have to try it first.
    const decided = models.decided(name);
    if (decided !== null) await decided;
    const tried = models.offeredOf(name);
    try {
      await models.load(name, { isForced });
    } catch (thrown) {
      if (tried !== null && models.offeredOf(name) === tried) {
        if (!was.brought) this.#names.delete(name);
        if (!was.asked) void models.unload(name);
        this.#offer(name, before);
      }
      throw thrown;
    } finally {
      this.#fallbacks.delete(offered);
      this.#tidy();
    }
  }

  /** What its source has of a model counts again; null where none has it. */
  giveBack(name: string, source: OfferedModel | null): void {
    this.#names.delete(name);
    this.#offer(name, source);
  }

  /** Whether what is offered of a model was brought. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** All are offered as their sources have them. */
  clear(): void {
    this.#names.clear();
  }

  #offer(name: string, offered: OfferedModel | null): void {
    if (offered === null) void this.#models.withdraw(name);
    else this.#models.offer(offered);
  }

  /** Lets the files go that nobody needs any more. */
  #tidy(): void {
    const paths = ({ versions }: OfferedModel): readonly string[] => versions.map(({ path }) => path);
    this.#overrides.tidy(
      () => new Set([...this.#models.filesInUse, ...[...this.#fallbacks.values()].flatMap(paths)]),
    );
  }
}
