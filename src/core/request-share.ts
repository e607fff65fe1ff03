/**
 * Of which requests the log has a line: `off` for none, else for this part of those that succeed, from 0 to 1, and for every
 * one that fails.
 */
export type RequestShare = number | 'off';

/** How a share is written. */
export const REQUEST_SHARE_FORM = 'off, errors, all, or a number above 0 and at most 1';

const WORDS: ReadonlyMap<string, RequestShare> = new Map<string, RequestShare>([
  ['off', 'off'],
  ['errors', 0],
  ['all', 1],
]);

/** Reads `off`, `errors`, `all` or a number such as `0.01`; undefined for anything else. */
export function requestShareOf(text: string): RequestShare | undefined {
  const word = WORDS.get(text.toLowerCase());
  if (word !== undefined) return word;
  const share = /^(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  // 0 could mean no requests as well as no successes, so it has to be said in words.
  return share > 0 && share <= 1 ? share : undefined;
}

/** As `requestShareOf` reads it. */
export function requestShareText(share: RequestShare): string {
  for (const [word, meant] of WORDS) if (meant === share) return word;
  return String(share);
}
