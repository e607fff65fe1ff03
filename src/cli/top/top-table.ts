import { fileSize } from '#cli/print-model.js';
import { cut, padEnd, printable, widthOf } from '#cli/printable.js';
import type { Style } from '#cli/terminal.js';
import type { TopRow } from './rates.js';

interface Column {
  readonly title: string;
  readonly cell: (row: TopRow) => string | null;
  /** Numbers stand one below the other by their ends. */
  readonly isNumber?: boolean;
  /** Where there is no room for all, the one with the largest goes first; 0 never goes. */
  readonly spare: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'MODEL', cell: ({ model }) => model, spare: 0 },
  { title: 'VERSION', cell: ({ version }) => version, spare: 0 },
  { title: 'STATE', cell: ({ state }) => state, spare: 3 },
  { title: 'REQ/S', cell: (row) => rateText(row.requestsPerSecond), isNumber: true, spare: 0 },
  { title: 'ERR/S', cell: (row) => rateText(row.errorsPerSecond), isNumber: true, spare: 2 },
  { title: 'P50', cell: (row) => msText(row.p50Ms), isNumber: true, spare: 4 },
  { title: 'P99', cell: (row) => msText(row.p99Ms), isNumber: true, spare: 1 },
  { title: 'WAIT', cell: ({ waiting }) => waiting?.toString() ?? null, isNumber: true, spare: 5 },
  { title: 'ROWS', cell: ({ batchRows }) => batchRows?.toFixed(1) ?? null, isNumber: true, spare: 6 },
  {
    title: 'MEMORY',
    cell: ({ memoryBytes }) => (memoryBytes === null ? null : fileSize(memoryBytes)),
    isNumber: true,
    spare: 7,
  },
  { title: 'DEVICE', cell: ({ devices }) => devices.join(', '), spare: 8 },
  { title: 'REASON', cell: ({ reason }) => reason.replace(/\s+/g, ' ').trim(), spare: 9 },
];

const GAP = '  ';

/**
 * The table in lines no longer than `width` (null: no limit), its titles first. Columns that there is no room for are left
 * out, those first that matter least; a last text that is too long is cut.
 */
export function topTable(
  rows: readonly TopRow[],
  sort: string | null,
  width: number | null,
  style: Style,
): readonly string[] {
  const shown = fitting(
    COLUMNS.map((column) => ({ ...column, cells: rows.map((row) => printable(column.cell(row) ?? '')) })),
    width,
  );
  const line = (texts: readonly string[]): string => {
    const cells = shown.map(({ isNumber = false, width: room }, i) => {
      const text = texts[i] === '' ? '-' : (texts[i] ?? '');
      return isNumber ? ' '.repeat(Math.max(0, room - widthOf(text))) + text : padEnd(text, room);
    });
    return cut(cells.join(GAP).trimEnd(), width ?? Number.MAX_SAFE_INTEGER);
  };
  const titles = shown.map(({ title }) => (title === sort ? `${title}*` : title));
  return [
    style.bold(line(titles)),
    ...rows.map((_, row) => line(shown.map(({ cells }) => cells[row] ?? ''))),
  ];
}

interface Shown extends Column {
  readonly cells: readonly string[];
}

/** With the widths that they need; the mark of what is sorted by has its place in each. */
function fitting(
  columns: readonly Shown[],
  width: number | null,
): readonly (Shown & { readonly width: number })[] {
  const said = columns.filter(({ title, cells }) => title !== 'REASON' || cells.some((text) => text !== ''));
  const measured = said.map((column) => ({
    ...column,
    width: Math.max(widthOf(column.title) + (column.isNumber ? 1 : 0), ...column.cells.map(widthOf)),
  }));
  const lengthOf = (some: typeof measured): number =>
    some.reduce((sum, each) => sum + each.width, 0) + GAP.length * (some.length - 1);
  let shown = measured;
  while (width !== null && lengthOf(shown) > width) {
    const most = Math.max(...shown.map(({ spare }) => spare));
    if (most === 0) break;
    // Of a reason that has some room, its beginning is worth more than nothing.
    const others = shown.filter(({ spare }) => spare !== most);
    if (shown.at(-1)?.title === 'REASON' && width - lengthOf(others) >= MIN_REASON) break;
    shown = others;
  }
  return shown;
}

const MIN_REASON = 30;

/** Three digits that count, as far as that is worth it. */
export function rateText(perSecond: number | null): string | null {
  if (perSecond === null) return null;
  if (perSecond === 0) return '0';
  return perSecond >= 99.95 ? Math.round(perSecond).toLocaleString('en-US') : perSecond.toFixed(1);
}

export function msText(ms: number | null): string | null {
  if (ms === null) return null;
  if (ms >= 9995) return `${(ms / 1000).toFixed(1)} s`;
  return `${ms >= 99.95 ? ms.toFixed(0) : ms >= 9.995 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}
