/** How much of the caller's own text an error repeats, in UTF-16 code units. */
export const SHOWN_LENGTH = 60;

/**
 * The caller's text as an error repeats it: whole when short, else its beginning. Never half a character: JSON and UTF-8
 * would tell that differently.
 */
export function clip(text: string): string {
  if (text.length <= SHOWN_LENGTH) return text;
  const last = text.charCodeAt(SHOWN_LENGTH - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, isHalf ? SHOWN_LENGTH - 1 : SHOWN_LENGTH)}…`;
}
