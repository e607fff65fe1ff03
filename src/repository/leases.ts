/** Something that stays for as long as it is held. */
export interface Held {
  release(): Promise<void>;
}

/** How many of each are held: what serves until the newest is loaded, and the newest. */
const KEPT = 2;

/** Holds the newest of what was fetched under each name, so that what may still be loaded is not removed. */
export class Leases {
  readonly #held = new Map<string, readonly Held[]>();

  async keep(name: string, newest: Held): Promise<void> {
    const all = [...(this.#held.get(name) ?? []), newest];
    const over = all.slice(0, -KEPT);
    this.#held.set(name, all.slice(-KEPT));
    for (const each of over) await each.release();
  }

  async release(name: string): Promise<void> {
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    for (const each of held) await each.release();
  }

  async releaseAll(): Promise<void> {
    for (const name of [...this.#held.keys()]) await this.release(name);
  }
}
