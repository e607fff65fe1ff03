import { type Deferred, deferred } from '#core/deferred.js';

/** What a producer hears of its consumer. */
export interface InboxSignals {
  /** More lies here than should: produce nothing for now. */
  full(): void;
  /** Go on. */
  wanted(): void;
}

/** Items on their way from a producer that is called to a consumer that asks, with a word to the producer to slow down. */
export class Inbox<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  readonly #room: number;
  readonly #signals: InboxSignals;
  #arrived: Deferred<void> = deferred();
  #end: { readonly error: Error | null } | null = null;

  /** @param room items that may lie here before the producer is told */
  constructor(room: number, signals: InboxSignals) {
    this.#room = room;
    this.#signals = signals;
  }

  put(item: Item): void {
    if (this.#end !== null) return;
    this.#items.push(item);
    if (this.#items.length >= this.#room) this.#signals.full();
    this.#arrived.resolve();
  }

  /** Nothing more will come: once the consumer has what lies here it is done. */
  end(): void {
    this.#end ??= { error: null };
    this.#arrived.resolve();
  }

  /** What lies here is dropped, and the consumer gets the error. */
  fail(error: Error): void {
    this.#end = { error };
    this.#items.length = 0;
    this.#arrived.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        if (this.#items.length === 0) this.#signals.wanted();
        yield item;
      } else if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error;
        return;
      } else {
        this.#arrived = deferred();
        await this.#arrived.promise;
      }
    }
  }
}
