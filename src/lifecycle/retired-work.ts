import type { VersionWork } from '#inference/version-figures.js';
import { addedWork, NO_WORK } from './work.js';

/** So many versions that are not there any more are remembered: where versions come and go, their number has no end. */
const MAX_REMEMBERED = 8;

/** What loads that are gone have done, by version. */
export class RetiredWork {
  readonly #byVersion = new Map<string, VersionWork>();

  /**
   * A load is gone.
   *
   * @param isKnown whether a version can still be loaded: of those that cannot, the ones that ended last are remembered
   */
  add(version: string, work: VersionWork, isKnown: (version: string) => boolean): void {
    const sum = addedWork(this.of(version), work);
    this.#byVersion.delete(version);
    this.#byVersion.set(version, sum);
    const past = [...this.#byVersion.keys()].filter((each) => !isKnown(each));
    for (const each of past.slice(0, Math.max(0, past.length - MAX_REMEMBERED))) this.#byVersion.delete(each);
  }

  of(version: string): VersionWork {
    return this.#byVersion.get(version) ?? NO_WORK;
  }

  get versions(): readonly string[] {
    return [...this.#byVersion.keys()];
  }
}
