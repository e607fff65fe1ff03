/** The chances of so many events where `mean` are expected, from none to as many as matter: together they make 1. */
export function poissonChances(mean: number): Float64Array {
  const last = Math.ceil(mean + 8 * Math.sqrt(mean) + 8);
  const chances = new Float64Array(last + 1);
  // From the likeliest outwards: the chance of none would be too small a number to begin with.
  const middle = Math.floor(mean);
  chances[middle] = 1;
  for (let k = middle + 1; k <= last; k++) chances[k] = ((chances[k - 1] ?? 0) * mean) / k;
  for (let k = middle - 1; k >= 0; k--) chances[k] = ((chances[k + 1] ?? 0) * (k + 1)) / mean;
  const sum = chances.reduce((total, chance) => total + chance, 0);
  return chances.map((chance) => chance / sum);
}
