import { nearest } from '#core/nearest.js';

/**
 * What a word that names nothing was probably meant to be, or null: the first candidate that ends with it (`--port` is
 * `--http-port`, as it was before there was a port for gRPC), the only one that it is a part of, else the one that is nearest to it, letter by letter.
 */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const name = bare(word);
  if (name === '') return null;
  const byName = new Map(candidates.map((candidate) => [bare(candidate), candidate]));
  // `--exit` is a part of `--no-exit-on-error`, too, but nobody who means a negation leaves out its "no".
  const wholes = [...byName.keys()].filter(
    (candidate) => isPart(name, candidate) && !candidate.startsWith('no-'),
  );
  const ending = wholes.find((candidate) => candidate.endsWith(`-${name}`));
  const meant = ending ?? (wholes.length === 1 ? wholes[0] : nearest(name, [...byName.keys()]));
  return byName.get(meant ?? '') ?? null;
}

/** The words of one follow each other in the other: `port` in `http-port`. */
function isPart(part: string, whole: string): boolean {
  return `-${whole}-`.includes(`-${part}-`);
}

function bare(word: string): string {
  return word.replace(/^-+/, '').replaceAll('_', '-').toLowerCase();
}
