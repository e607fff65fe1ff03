export { printable } from '#core/printable.js';

const INVISIBLE = /\p{M}|\u200b|\u200c|\u200d|\ufe0f/u;
const DOUBLE =
  /\p{Script=Hangul}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** The columns a text takes on a terminal: two for Hangul, Han, Kana and most emoji, none for what joins the letter before. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (INVISIBLE.test(character)) continue;
    width += DOUBLE.test(character) ? 2 : 1;
  }
  return width;
}

/** The text filled up with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** As much of the text as fits into `width` columns. */
export function cut(text: string, width: number): string {
  let shown = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) break;
    shown += character;
  }
  return shown;
}

/**
 * The text in lines of at most `width` columns, broken at spaces. A run of spaces inside a line stays as it is; a word
 * longer than a line keeps a line to itself.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.matchAll(/(\s*)(\S+)/g)) {
    const [, spaces = '', word = ''] = piece;
    if (line === '') line = word;
    else if (widthOf(line) + spaces.length + widthOf(word) <= width) line += spaces + word;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === '' ? lines : [...lines, line];
}
