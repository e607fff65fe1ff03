import { fileSize } from '#cli/print-model.js';
import { cut, printable } from '#cli/printable.js';
import type { Style } from '#cli/terminal.js';
import type { Seen } from './look.js';
import { rowsBetween, totalsBetween } from './rates.js';
import type { Sample } from './sample.js';
import { rateText, topTable } from './top-table.js';
import { FIRST_VIEW, shownRows, type View } from './view.js';

export interface PageSize {
  readonly columns: number;
  readonly rows: number;
}

const KEYS = 'q quit  s sort  p pause  / filter  up, down scroll';
/** The lines about the server, what is wrong with it, the titles, and the keys. */
const LINES_AROUND = 4;

/** What fills the terminal: exactly so many lines, none longer than it is wide. */
export function topPage(
  seen: Seen,
  view: View,
  url: string,
  { columns, rows: height }: PageSize,
  style: Style,
): readonly string[] {
  const { before, now, failure } = seen;
  const rows = now === null ? [] : shownRows(rowsBetween(before, now), view);
  const room = Math.max(0, height - LINES_AROUND);
  const first = Math.max(0, Math.min(view.scroll, rows.length - 1));
  const [titles = '', ...lines] = topTable(rows.slice(first, first + room), view.sort, columns, style);
  const body = now === null ? [] : [titles, ...(rows.length === 0 ? [noRows(view)] : lines)];
  const page = [
    cut(now === null ? `waiting for ${printable(url)}` : serverLine(before, now, url), columns),
    cut(failure === null ? '' : `trying again: ${printable(failure)}`, columns),
    ...body,
  ].slice(0, Math.max(0, height - 1));
  return [
    ...page,
    ...Array.from({ length: Math.max(0, height - 1 - page.length) }, () => ''),
    cut(statusLine(view, first, rows.length), columns),
  ];
}

/** The same once, for a file or a reader: the server, and all of the table. */
export function plainPage(seen: Seen, url: string, columns: number | null, style: Style): string {
  const { before, now } = seen;
  if (now === null) return '';
  const rows = shownRows(rowsBetween(before, now), FIRST_VIEW);
  const table = rows.length === 0 ? [noRows(FIRST_VIEW)] : topTable(rows, null, columns, style);
  return `${[serverLine(before, now, url), '', ...table].join('\n')}\n`;
}

/** One line of JSON for a look: what is not known is null. */
export function topJson({ before, now }: Seen): string {
  if (now === null) return '';
  const rows = rowsBetween(before, now);
  const totals = totalsBetween(before, now, rows);
  const { server } = now;
  return `${JSON.stringify({
    at_ms: now.atMs,
    server: {
      name: server.name,
      version: server.version,
      ready: server.isReady,
      uptime_ms: server.uptimeMs,
      resident_bytes: server.residentBytes,
      cpus: totals.cpus,
      requests_per_second: totals.requestsPerSecond,
      errors_per_second: totals.errorsPerSecond,
    },
    versions: rows.map((row) => ({
      model: row.model,
      version: row.version,
      state: row.state,
      reason: row.reason,
      requests_per_second: row.requestsPerSecond,
      errors_per_second: row.errorsPerSecond,
      p50_ms: row.p50Ms,
      p99_ms: row.p99Ms,
      waiting: row.waiting,
      batch_rows: row.batchRows,
      memory_bytes: row.memoryBytes,
      devices: row.devices,
    })),
  })}\n`;
}

function noRows({ filter }: View): string {
  return filter === '' ? 'No models.' : `No model has '${printable(filter)}' in its name.`;
}

function serverLine(before: Sample | null, now: Sample, url: string): string {
  const { name, version, isReady, uptimeMs, residentBytes } = now.server;
  const totals = totalsBetween(before, now, rowsBetween(before, now));
  const rate = rateText(totals.requestsPerSecond);
  return [
    `${printable(name)} ${printable(version)} at ${printable(url)}`,
    isReady ? 'ready' : 'not ready',
    `up ${durationText(uptimeMs)}`,
    ...(rate === null ? [] : [`${rate} requests/s`]),
    ...(totals.cpus === null ? [] : [`${totals.cpus.toFixed(1)} CPUs`]),
    fileSize(residentBytes),
  ].join(', ');
}

function statusLine({ sort, filter, isTyping, isPaused }: View, first: number, count: number): string {
  if (isTyping) return `filter: ${printable(filter)}_  (enter to keep, escape to leave out)`;
  return [
    ...(isPaused ? ['PAUSED'] : []),
    ...(filter === '' ? [] : [`filter: ${printable(filter)}`]),
    `by ${sort}`,
    ...(first === 0 ? [] : [`from ${first + 1} of ${count}`]),
    KEYS,
  ].join('  ');
}

/** In the two largest units: `3 h 12 min`. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days !== undefined && days > 0) return `${days} d ${(hours ?? 0) % 24} h`;
  if (hours !== undefined && hours > 0) return `${hours} h ${(minutes ?? 0) % 60} min`;
  if (minutes !== undefined && minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}
