import { padEnd, printable, widthOf } from './printable.js';
import type { Style } from './terminal.js';

export interface Column<Row> {
  readonly title: string;
  /** Null and empty are the same: nothing to say. */
  readonly cell: (row: Row) => string | null;
}

const GAP = '  ';

/**
 * Rows under titles, every column as wide as its widest cell; a column that has nothing to say in any row is left out.
 * Where a line would be longer than `columns` (null: no limit), each row becomes a block of `title  cell` lines.
 */
export function textTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | null,
  style: Style,
): readonly string[] {
  const shown = columns
    .map(({ title, cell }) => ({ title, cells: rows.map((row) => printable(cell(row) ?? '')) }))
    .filter(({ cells }) => cells.some((text) => text !== ''));
  const widths = shown.map(({ title, cells }) => Math.max(...[title, ...cells].map(widthOf)));
  const lineWidth = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);
  if (width !== null && lineWidth > width) return blocks(shown, rows.length, style);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => padEnd(text === '' ? '-' : text, widths[i] ?? 0))
      .join(GAP)
      .trimEnd();
  return [
    style.bold(line(shown.map(({ title }) => title))),
    ...rows.map((_, row) => line(shown.map(({ cells }) => cells[row] ?? ''))),
  ];
}

interface ShownColumn {
  readonly title: string;
  readonly cells: readonly string[];
}

function blocks(shown: readonly ShownColumn[], rowCount: number, style: Style): readonly string[] {
  const titleWidth = Math.max(...shown.map(({ title }) => widthOf(title)));
  return Array.from({ length: rowCount }, (_, row) => [
    ...(row === 0 ? [] : ['']),
    ...shown
      .filter(({ cells }) => cells[row] !== '')
      .map(({ title, cells }) => `${style.bold(padEnd(title, titleWidth))}${GAP}${cells[row]}`),
  ]).flat();
}
