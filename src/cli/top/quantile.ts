/**
 * The value below which the part `q` of what was counted lies, or null where nothing was. `counts` has one count for each of the
 * bounds, which are upper ones, and one for what is larger. Inside of a bucket the values are taken to lie evenly.
 */
export function quantile(counts: readonly number[], bounds: readonly number[], q: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return null;
  const wanted = q * total;
  let below = 0;
  for (const [i, upper] of bounds.entries()) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= wanted) {
      const lower = bounds[i - 1] ?? 0;
      return lower + ((upper - lower) * (wanted - below)) / count;
    }
    below += count;
  }
  // How much larger is not known.
  return bounds.at(-1) ?? null;
}
