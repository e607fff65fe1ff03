import type { SequenceRef } from '#inference/request.js';
import { defaultVersion } from './lookup.js';
import { candidatesOf, placeOf, placeOfKey, type Share, shareAt } from './split.js';
import type { Traffic } from './traffic.js';
import type { Version } from './version.js';

/** What a model knows of the names of its versions. */
export interface VersionNames {
  /** Every known version, as the source lists them. */
  readonly inOrder: readonly string[];
  /** The version that a version or a label means; null where there is none. */
  versionNamed(name: string): string | null;
}

/** Which of a model's loads serve now, and which of them gets what. It stands until something of the model changes. */
export class ServingVersions {
  /** The load of each version that can serve. */
  readonly serving: ReadonlyMap<string, Version>;
  /** Of those that may get requests that name no version, the newest; null when none can serve. */
  readonly newest: Version | null;
  /** Gets copies and answers nobody; null where there is none. */
  readonly shadow: Version | null;
  readonly #loads: readonly Version[];
  readonly #names: VersionNames;
  /** Null where requests that name no version are not shared out. */
  readonly #shares: readonly Share[] | null;

  /** @param loads those that are not on trial, the newest last */
  constructor(loads: readonly Version[], traffic: Traffic, names: VersionNames) {
    this.#loads = loads;
    this.#names = names;
    const ready = loads.filter((load) => load.ready);
    // The one that is wanted or, as long as it is not ready, the one that served before.
    const bestLast = ready.toReversed().sort((a, b) => Number(a.wanted) - Number(b.wanted));
    this.serving = new Map(bestLast.map((load) => [load.version, load]));
    const versions = this.inOrder.map(({ version }) => version);
    const candidates = candidatesOf(versions, traffic, (name) => names.versionNamed(name));
    this.#shares = traffic.split === null ? null : candidates;
    this.newest = defaultVersion(
      this.#sorted(candidates.flatMap(({ version }) => this.serving.get(version) ?? [])),
    );
    this.shadow = traffic.shadow === null ? null : this.named(traffic.shadow.version);
  }

  /** Those that serve, as the source lists them. */
  get inOrder(): readonly Version[] {
    return this.#sorted([...this.serving.values()]);
  }

  /**
   * The one that a request without a version gets; null when none can serve.
   *
   * @param sequence requests of the same go where it is open, or else where its name leads
   * @param nextTurn counts the others, which are shared out by their turns
   */
  usual(sequence: SequenceRef['id'] | null, nextTurn: () => number): Version | null {
    if (sequence !== null) {
      const holder = [...this.serving.values()].find((load) => load.hasSequence(sequence));
      if (holder !== undefined) return holder;
    }
    if (this.#shares === null) return this.newest;
    const place = sequence === null ? placeOf(nextTurn()) : placeOfKey(String(sequence));
    return this.serving.get(shareAt(this.#shares, place) ?? '') ?? null;
  }

  /** The load that is meant by a version or a label, the one that can serve if there is one; null where there is none. */
  named(name: string): Version | null {
    const found = this.serving.get(name);
    if (found !== undefined) return found;
    const version = this.#names.versionNamed(name);
    if (version === null) return null;
    return this.serving.get(version) ?? this.#loads.findLast((load) => load.version === version) ?? null;
  }

  #sorted(versions: readonly Version[]): readonly Version[] {
    const { inOrder } = this.#names;
    return [...versions].sort((a, b) => inOrder.indexOf(a.version) - inOrder.indexOf(b.version));
  }
}
