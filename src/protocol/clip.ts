/** How much of the caller's own text an error repeats, in characters. */
export const SHOWN_LENGTH = 60;

/** The caller's text as an error repeats it: whole when short, else its beginning. */
export function clip(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}…`;
}
