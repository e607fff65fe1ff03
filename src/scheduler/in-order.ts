/** Lets answers out in the order in which they were asked for (Triton's `preserve_ordering`). */
export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as `answer` does, once all that were asked for before have settled. */
  add<T>(answer: Promise<T>): Promise<T> {
    // It may fail long before its turn, when nobody listens to it yet.
    answer.catch(() => {});
    const turn = this.#last.then(() => answer);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
