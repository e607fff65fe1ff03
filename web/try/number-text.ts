/**
 * What somebody pasted, as elements: CSV, lines, a JSON array, columns from a spreadsheet. A first line of CSV without any number in it is
 * the heading, and left out.
 */
export function elementTexts(text: string): readonly string[] {
  const lines = text.split(/\r?\n/).map(tokensOf);
  const [first = []] = lines;
  const hasHeading =
    first.length > 0 && lines.length > 1 && lines.slice(1).some(isNumeric) && !first.some(isNumber);
  return (hasHeading ? lines.slice(1) : lines).flat();
}

function tokensOf(line: string): string[] {
  return line
    .replace(/[[\](){}]/g, ' ')
    .split(/[\s,;]+/)
    .map((token) => token.replace(/^["']|["']$/g, ''))
    .filter((token) => token !== '');
}

function isNumeric(tokens: readonly string[]): boolean {
  return tokens.length > 0 && tokens.every(isNumber);
}

function isNumber(token: string): boolean {
  return /^[+-]?(?:nan|inf(?:inity)?|true|false|(?:\d|\.\d).*)$/i.test(token);
}
