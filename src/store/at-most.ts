/**
 * Does something to every item, so many at a time; what they come to, in the order of the items. When one fails the
 * others are told by the signal that `act` gets, are waited for, and the failure is thrown.
 */
export async function atMost<T, R>(
  limit: number,
  items: readonly T[],
  signal: AbortSignal,
  act: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < items.length && !both.aborted; i = next++) {
      try {
        results[i] = await act(items[i] as T, both);
      } catch (thrown) {
        failures.push(thrown);
        failed.abort(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
  return results;
}
