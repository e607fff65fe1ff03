import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** Puts a part of docs/reliability.md in the place of the old one, between its markers, and its plot beside it. */
export function writePart(name: 'chaos' | 'soak', section: string, plot: string): void {
  const [begin, end] = [`<!-- begin ${name} -->\n`, `<!-- end ${name} -->`];
  const text = readFileSync(PAGE, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md lacks the markers of the part ${name}`);
  writeFileSync(PAGE, `${text.slice(0, from + begin.length)}\n${section}\n\n${text.slice(to)}`);
  writeFileSync(fileURLToPath(new URL(`../../docs/images/reliability-${name}.svg`, import.meta.url)), plot);
}
