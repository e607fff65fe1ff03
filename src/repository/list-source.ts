import { createHash } from 'node:crypto';
import type { ModelSource } from '#control/model-source.js';
import type { ConfiguredVersion, OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import { modelOfRoles } from './roles.js';

/** Tells the contents of a model's files now; changes whenever they do. Rejects where they cannot be read. */
export type ReadState = (path: string) => Promise<string>;

/** The models that a configuration lists, each with all versions that it has of it. */
export class ListSource implements ModelSource {
  readonly name = 'the configuration';
  #configured: readonly ConfiguredVersion[];
  readonly #readState: ReadState;

  constructor(configured: readonly ConfiguredVersion[], readState: ReadState) {
    this.#configured = configured;
    this.#readState = readState;
  }

  /** From now on it lists this. */
  replace(configured: readonly ConfiguredVersion[]): void {
    this.#configured = configured;
  }

  all(): Promise<readonly OfferedModel[]> {
    return this.#offer(this.#configured);
  }

  async one(name: string): Promise<OfferedModel | null> {
    const [model = null] = await this.#offer(this.#configured.filter((version) => version.name === name));
    return model;
  }

  #offer(configured: readonly ConfiguredVersion[]): Promise<readonly OfferedModel[]> {
    const byName = new Map<string, ConfiguredVersion[]>();
    for (const each of configured) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
    const models = [...byName].map(async ([name, listed]) => ({
      name,
      versions: await Promise.all(listed.map((version) => this.#withRevision(version))),
      ...modelOfRoles(listed),
      source: this.name,
      fault: null,
      faults: {},
    }));
    return Promise.all(models);
  }

  /**
   * The role is left behind: what concerns the model as a whole is nothing that is loaded. That a file cannot be read is
   * found, and told, by the one who loads it.
   */
  async #withRevision({ role: _, ...configured }: ConfiguredVersion): Promise<OfferedVersion> {
    const { path } = configured;
    const state = path === '' ? '' : await this.#readState(path).catch(() => 'unreadable');
    const revision = createHash('sha256')
      .update(JSON.stringify([configured, state]))
      .digest('hex');
    return { ...configured, revision };
  }
}
