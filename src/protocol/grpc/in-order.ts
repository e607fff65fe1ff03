import { deferred } from '#core/deferred.js';

/**
 * Works on the items of a source side by side, at most `limit` at a time, and yields what came of them in the order of
 * the items, each as soon as it and all before it are done. Items are begun in order. Throws what the work or the source
 * threw, in its place.
 */
export async function* inOrder<In, Out>(
  source: AsyncIterable<In>,
  limit: number,
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const begun: Promise<Out>[] = [];
  let [moved, ended, left] = [deferred<void>(), false, false];
  const move = (): void => {
    moved.resolve();
    moved = deferred();
  };
  const pump = async (): Promise<void> => {
    for await (const item of source) {
      const result = work(item);
      // Whoever yields it hears of its failure; nobody may when an earlier one ends the stream.
      result.catch(() => {});
      begun.push(result);
      move();
      while (begun.length >= limit && !left) await moved.promise;
      if (left) return;
    }
  };
  const pumped = pump().finally(() => {
    ended = true;
    move();
  });
  pumped.catch(() => {});
  try {
    for (;;) {
      const [first] = begun;
      if (first !== undefined) {
        yield await first;
        begun.shift();
        move();
      } else if (ended) return await pumped;
      else await moved.promise;
    }
  } finally {
    left = true;
    move();
  }
}
