/** The value that the share `q` of all reaches at most, by nearest rank: one of the values, never one between two. 0 of none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const rank = Math.ceil(q * sorted.length);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? 0;
}

/** The same of values in any order, which are left as they are. */
export function quantileOf(values: ArrayLike<number>, q: number): number {
  return quantile(Float64Array.from(values).sort(), q);
}
