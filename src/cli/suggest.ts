import { nearest } from '#core/nearest.js';

/**
 * What a word that names nothing was probably meant to be, or null. Besides slips of the finger, a part that belongs
 * to one candidate only counts: `--port` is `--http-port`, `--exit` is `--exit-on-error`.
 */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const name = bare(word);
  if (name === '') return null;
  const byName = new Map(candidates.map((candidate) => [bare(candidate), candidate]));
  const close = nearest(name, [...byName.keys()]);
  if (close !== null) return byName.get(close) ?? null;
  const related = [...byName.keys()].filter(
    (candidate) => isPart(name, candidate) || isPart(candidate, name),
  );
  return related.length === 1 ? (byName.get(related[0] ?? '') ?? null) : null;
}

/** The words of one follow each other in the other: `port` in `http-port`. */
function isPart(part: string, whole: string): boolean {
  return `-${whole}-`.includes(`-${part}-`);
}

function bare(word: string): string {
  return word.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
}
