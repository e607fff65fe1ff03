/** What a trace of a request holds. */
export const TRACE_LEVELS = ['TIMESTAMPS', 'TENSORS'] as const;
export type TraceLevel = (typeof TRACE_LEVELS)[number];

/** The levels that the words name, in our order: `OFF` alone for none, else each once or more. Null for anything else. */
export function traceLevelsOf(words: readonly string[]): readonly TraceLevel[] | null {
  if (words.length === 1 && words[0] === 'OFF') return [];
  const found = TRACE_LEVELS.filter((level) => words.includes(level));
  const isKnown = (word: string): boolean => TRACE_LEVELS.some((level) => level === word);
  return words.length > 0 && words.every(isKnown) ? found : null;
}
