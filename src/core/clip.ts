/** How much of the caller's own text an error repeats, in UTF-16 code units. */
export const SHOWN_LENGTH = 60;

/**
 * The caller's text as an error repeats it: whole when short, else its beginning. Never half a character: JSON and UTF-8
 * would tell that differently.
 *
 * @param length the most of it that is shown, in UTF-16 code units
 */
export function clip(text: string, length: number = SHOWN_LENGTH): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, isHalf ? length - 1 : length)}…`;
}
