import { createHash } from 'node:crypto';
import type { ModelSource } from '#control/model-source.js';
import { messageOf } from '#core/errors.js';
import type { ConfiguredVersion, OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import { modelOfRoles } from './roles.js';
import type { LocateFile } from './url-file.js';

/** The models that a configuration lists, each with all versions that it has of it. */
export class ListSource implements ModelSource {
  readonly name = 'the configuration';
  #configured: readonly ConfiguredVersion[];
  readonly #locate: LocateFile;

  constructor(configured: readonly ConfiguredVersion[], locate: LocateFile) {
    this.#configured = configured;
    this.#locate = locate;
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
    return Promise.all([...byName].map(([name, listed]) => this.#offerModel(name, listed)));
  }

  async #offerModel(name: string, listed: readonly ConfiguredVersion[]): Promise<OfferedModel> {
    const versions: OfferedVersion[] = [];
    const faults: Record<string, string> = {};
    for (const version of listed) {
      try {
        versions.push(await this.#withRevision(version));
      } catch (thrown) {
        faults[version.version] = messageOf(thrown);
      }
    }
    return { name, versions, ...modelOfRoles(listed), source: this.name, fault: null, faults };
  }

  /** The role is left behind: what concerns the model as a whole is nothing that is loaded. */
  async #withRevision({ role: _, ...configured }: ConfiguredVersion): Promise<OfferedVersion> {
    const { path: written } = configured;
    const { path, state } = written === '' ? NO_FILE : await this.#locate(written);
    const revision = createHash('sha256')
      .update(JSON.stringify([configured, state]))
      .digest('hex');
    return { ...configured, path, revision };
  }
}

/** Of an ensemble. */
const NO_FILE = { path: '', state: '' };
