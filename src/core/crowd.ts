/** Where a member stands. */
export interface Standing<T> {
  readonly member: T;
  /** -1 once it has left. */
  at: number;
}

/**
 * Members that come and go with every request, in no order.
 *
 * Not a Set: V8 gives a Set (or a Map) a new table whenever as many have come and gone as there is room for, and each old
 * table points to the one that followed it. Once one of them was old enough for the old generation, all that follow live
 * until a full collection, and with them everything that was in them when they were replaced: here a request with all
 * that hangs on it. Measured: docs/benchmarks/notes.md, "What a request leaves behind".
 */
export class Crowd<T> implements Iterable<T> {
  readonly #standings: Standing<T>[] = [];

  get size(): number {
    return this.#standings.length;
  }

  /** To be kept: who leaves has to show it. */
  enter(member: T): Standing<T> {
    const standing = { member, at: this.#standings.length };
    this.#standings.push(standing);
    return standing;
  }

  /** Does nothing the second time. */
  leave(standing: Standing<T>): void {
    const { at } = standing;
    const last = this.#standings.at(-1);
    if (at < 0 || last === undefined) return;
    this.#standings[at] = last;
    last.at = at;
    this.#standings.pop();
    standing.at = -1;
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { member } of this.#standings) yield member;
  }
}
