/** Does what is asked in the order in which it was asked. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();
  /** What was asked last of each name and is on its way. */
  readonly #named = new Map<string, Promise<void>>();

  /** After all that was asked of the same name before. */
  async of(name: string, work: () => Promise<void>): Promise<void> {
    const before = this.#named.get(name);
    const done = before === undefined ? work() : before.then(work);
    const settled = done.catch(() => {});
    this.#named.set(name, settled);
    try {
      await done;
    } finally {
      if (this.#named.get(name) === settled) this.#named.delete(name);
    }
  }

  /** After all else that is to be alone. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }
}
