import type { Line } from './cost-line.js';
import type { Expected } from './returns.js';

/** What the decision is made from: sizes and times, never tensors. */
export interface Sized {
  readonly rows: number;
  readonly enqueuedAt: number;
  /** The clock's time in milliseconds after which it need not be run. */
  readonly deadline: number | null;
}

/** What waits and could run together. */
export interface Waiting {
  /** Those at the front, in order: as many as one run may have, and one at least. */
  readonly front: readonly Sized[];
  /** Of all that wait, those behind the front too. */
  readonly rows: number;
}

export interface BatchLimits {
  /** The most rows of one run. */
  readonly mostRows: number;
  /** Sizes worth waiting for, ascending; empty for none. */
  readonly preferredRows: readonly number[];
  /** How long the first may wait for others; null: as long as it pays. */
  readonly maxDelayMs: number | null;
}

/** What is known of how things will go on. */
export interface Outlook {
  /** What runs cost; null before one was seen. */
  readonly line: Line | null;
  /** Rows that should come soon, and until when; null where none are known of. */
  readonly expected: Expected | null;
  /** Runners that have nothing to do. */
  readonly idleRunners: number;
}

/** `count` is that of tasks; `until` the clock's time at which to look again, if nothing came before. */
export type Move =
  | { readonly kind: 'send'; readonly count: number }
  | { readonly kind: 'wait'; readonly until: number };

/** A shorter run is not worth being spread over several runners: the way there costs as much. */
const SPREAD_MS = 1;
/** To wait for less than that is to wait for a timer. */
const LEAST_FIXED_MS = 2;

/** What a runner that could take something should do with what waits. */
export function nextMove(waiting: Waiting, limits: BatchLimits, outlook: Outlook, now: number): Move {
  const { front } = waiting;
  const rows = rowsOf(front);
  const preferred = preferredCount(front, limits.preferredRows);
  if (preferred > 0) return { kind: 'send', count: preferred };
  const isFull = rows >= limits.mostRows || rows < waiting.rows;
  const until = isFull ? null : (waitUntil(front, limits, outlook, now) ?? null);
  if (until !== null && until > now) return { kind: 'wait', until };
  return { kind: 'send', count: spread(front, rows, outlook) };
}

/** How many of the first make the largest preferred size; 0 where they make none. */
function preferredCount(front: readonly Sized[], preferred: readonly number[]): number {
  if (preferred.length === 0) return 0;
  let found = 0;
  let rows = 0;
  front.forEach((task, i) => {
    rows += task.rows;
    if (preferred.includes(rows)) found = i + 1;
  });
  return found;
}

/** Until when to wait for more; null where that is not worth it. */
function waitUntil(
  front: readonly Sized[],
  limits: BatchLimits,
  outlook: Outlook,
  now: number,
): number | null {
  if (limits.maxDelayMs !== null) {
    const oldest = Math.min(...front.map(({ enqueuedAt }) => enqueuedAt));
    return inTime(oldest + limits.maxDelayMs, front, outlook);
  }
  const { line, expected } = outlook;
  if (line === null || expected === null) return null;
  if (!waitingPays(rowsOf(front), line, expected.rows, expected.until - now)) return null;
  return inTime(expected.until, front, outlook);
}

/**
 * Whether those that wait should wait for those that are expected within `waitMs`. Each of these, going along, is done
 * tau0 earlier than with a run of its own, less what it still has to come; for that, each that waits is held up by
 * `waitMs`, and by the rows themselves.
 */
export function waitingPays(rows: number, line: Line, expectedRows: number, waitMs: number): boolean {
  const { fixedMs, perRowMs } = line;
  if (fixedMs < LEAST_FIXED_MS) return false;
  return expectedRows * (fixedMs - waitMs) > rows * (waitMs + perRowMs * expectedRows);
}

/** The time, or earlier where one of them would else be late. */
function inTime(until: number, front: readonly Sized[], { line }: Outlook): number {
  const runMs = line === null ? 0 : line.fixedMs + line.perRowMs * rowsOf(front);
  return Math.min(until, ...front.map(({ deadline }) => (deadline ?? Number.POSITIVE_INFINITY) - 2 * runMs));
}

/** With several runners idle, each gets its share of what waits. */
function spread(front: readonly Sized[], rows: number, { line, idleRunners }: Outlook): number {
  if (idleRunners < 2 || line === null || line.perRowMs * rows < SPREAD_MS) return front.length;
  const share = Math.ceil(rows / idleRunners);
  let taken = 0;
  const more = front.findIndex((task) => {
    taken += task.rows;
    return taken > share;
  });
  return more === -1 ? front.length : Math.max(1, more);
}

export function rowsOf(tasks: readonly Sized[]): number {
  return tasks.reduce((sum, { rows }) => sum + rows, 0);
}
