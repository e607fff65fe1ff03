import { createHash } from 'node:crypto';
import type { ModelSource } from '#control/model-source.js';
import { messageOf } from '#core/errors.js';
import type { ConfiguredVersion, OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import { isStoreUrl } from '#store/store-url.js';
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

  all(
    _signal?: AbortSignal,
    found: (models: readonly OfferedModel[]) => void = () => {},
  ): Promise<readonly OfferedModel[]> {
    return this.#offer(this.#configured, found);
  }

  async one(name: string): Promise<OfferedModel | null> {
    const [model = null] = await this.#offer(this.#configured.filter((version) => version.name === name));
    return model;
  }

  /** Files of this host are told of at once, what is to be fetched as it comes. */
  async #offer(
    configured: readonly ConfiguredVersion[],
    found: (models: readonly OfferedModel[]) => void = () => {},
  ): Promise<readonly OfferedModel[]> {
    const byName = new Map<string, ConfiguredVersion[]>();
    for (const each of configured) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
    const models = [...byName].map(([name, listed]) => {
      const isFar = listed.some(({ path }) => isStoreUrl(path));
      const model = this.#offerModel(name, listed);
      if (isFar) void model.then((each) => found([each]));
      return { isFar, model };
    });
    const near = models.filter(({ isFar }) => !isFar);
    if (near.length < models.length) found(await Promise.all(near.map(({ model }) => model)));
    return Promise.all(models.map(({ model }) => model));
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
