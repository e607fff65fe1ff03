/** Those who want to hear of something that happens again and again. */
export class Listeners {
  readonly #heard = new Set<{ readonly call: () => void }>();

  /** Calls `call` each time, until the answered function is called. */
  add(call: () => void): () => void {
    const entry = { call };
    this.#heard.add(entry);
    return () => void this.#heard.delete(entry);
  }

  /** Tells everyone who listened when it began. */
  tell(): void {
    for (const { call } of [...this.#heard]) call();
  }
}
