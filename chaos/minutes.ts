/** The number after `--minutes`, of the words of a command. Throws a RangeError. */
export function minutesOf(words: readonly string[], byDefault: number): number {
  const at = words.indexOf('--minutes');
  if (at < 0) return byDefault;
  const minutes = Number(words[at + 1]);
  if (!(minutes > 0))
    throw new RangeError(`--minutes takes a number above 0, and not '${words[at + 1] ?? ''}'`);
  return minutes;
}
