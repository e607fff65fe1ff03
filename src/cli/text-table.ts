import { padEnd, printable, widthOf, wrap } from './printable.js';
import type { Style } from './terminal.js';

export interface Column<Row> {
  readonly title: string;
  /** Null and empty are the same: nothing to say. */
  readonly cell: (row: Row) => string | null;
  /** Sentences: where they make the lines too long, they stand under their rows, in lines of their own. */
  readonly isProse?: boolean;
}

const GAP = '  ';
/** How far prose under a row is set in. */
const PROSE_INDENT = '    ';
/** Prose has so much room at least, however narrow the terminal. */
const MIN_PROSE_WIDTH = 20;

/**
 * Rows under titles, every column as wide as its widest cell; a column that has nothing to say in any row is left out.
 * Where a line would be longer than `width` (null: no limit), prose goes under its row; where it still would be, each
 * row becomes a block of `title  cell` lines.
 */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | null,
  style: Style,
): readonly string[] {
  const shown = columns
    .map(({ title, cell, isProse = false }) => ({
      title,
      cells: rows.map((row) => printable(cell(row) ?? '')),
      isProse,
    }))
    .filter(({ cells }) => cells.some((text) => text !== ''));
  const beside = shown.filter(({ isProse }) => !isProse);
  if (fits(shown, width)) return lines(shown, [], null, rows.length, style);
  if (fits(beside, width)) {
    const below = shown.filter(({ isProse }) => isProse);
    return lines(beside, below, width, rows.length, style);
  }
  return blocks(shown, width, rows.length, style);
}

interface ShownColumn {
  readonly title: string;
  readonly cells: readonly string[];
  readonly isProse: boolean;
}

function widthsOf(shown: readonly ShownColumn[]): readonly number[] {
  return shown.map(({ title, cells }) => Math.max(...[title, ...cells].map(widthOf)));
}

function fits(shown: readonly ShownColumn[], width: number | null): boolean {
  const lineWidth = widthsOf(shown).reduce((sum, each) => sum + each, 0) + GAP.length * (shown.length - 1);
  return width === null || lineWidth <= width;
}

function lines(
  shown: readonly ShownColumn[],
  below: readonly ShownColumn[],
  width: number | null,
  rowCount: number,
  style: Style,
): readonly string[] {
  const widths = widthsOf(shown);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => padEnd(text === '' ? '-' : text, widths[i] ?? 0))
      .join(GAP)
      .trimEnd();
  const rowLines = (row: number): readonly string[] => [
    line(shown.map(({ cells }) => cells[row] ?? '')),
    ...below
      .flatMap(({ cells }) => proseLines(cells[row] ?? '', PROSE_INDENT.length, width))
      .map((text) => PROSE_INDENT + text),
  ];
  return [
    style.bold(line(shown.map(({ title }) => title))),
    ...Array.from({ length: rowCount }, (_, row) => rowLines(row)).flat(),
  ];
}

function blocks(
  shown: readonly ShownColumn[],
  width: number | null,
  rowCount: number,
  style: Style,
): readonly string[] {
  const titleWidth = Math.max(...shown.map(({ title }) => widthOf(title)));
  const margin = titleWidth + GAP.length;
  const cellLines = ({ title, cells, isProse }: ShownColumn, row: number): readonly string[] => {
    const text = cells[row] ?? '';
    const [first = '', ...rest] = isProse ? proseLines(text, margin, width) : [text];
    return [
      style.bold(padEnd(title, titleWidth)) + GAP + first,
      ...rest.map((each) => ' '.repeat(margin) + each),
    ];
  };
  return Array.from({ length: rowCount }, (_, row) => [
    ...(row === 0 ? [] : ['']),
    ...shown.filter(({ cells }) => cells[row] !== '').flatMap((column) => cellLines(column, row)),
  ]).flat();
}

function proseLines(text: string, indent: number, width: number | null): readonly string[] {
  return wrap(text, Math.max(MIN_PROSE_WIDTH, (width ?? Number.MAX_SAFE_INTEGER) - indent));
}
