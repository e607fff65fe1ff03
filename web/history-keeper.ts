import { type Derived, derive } from './derive.js';
import type { Live } from './live.js';
import type { VersionStats } from './live-types.js';

/** What a version was like in the time before `atMs`. */
export interface HistoryPoint {
  /** By the server's clock, milliseconds since 1970. */
  readonly atMs: number;
  readonly derived: Derived;
}

/** Five minutes, at a frame a second. */
export const HISTORY_POINTS = 300;

/** So many versions at most have a history. The one that did nothing for the longest time gives way. */
export const MAX_HISTORIES = 100;

/** Looks that are further apart than this are no history: the page slept, or the stream was away. */
const MAX_GAP_MS = 5000;

const NO_POINTS: readonly HistoryPoint[] = [];

interface History {
  points: readonly HistoryPoint[];
  last: { readonly atMs: number; readonly stats: VersionStats };
  /** The last time that it was looked at or worked. */
  usedAtMs: number;
}

/** What the versions were like in the last minutes: of those that work or are looked at, as far as there is room. */
export class HistoryKeeper {
  /** By model and version. */
  readonly #histories = new Map<string, History>();
  readonly #watched = new Map<string, number>();
  readonly #maxHistories: number;
  /** What the versions had counted in the frame before, of those that have no history yet. */
  #before: ReadonlyMap<string, VersionStats> = new Map();
  #beforeAtMs = 0;

  constructor(maxHistories: number = MAX_HISTORIES) {
    this.#maxHistories = maxHistories;
  }

  get size(): number {
    return this.#histories.size;
  }

  /** Oldest first. The same array until there is one more. */
  points(model: string, version: string): readonly HistoryPoint[] {
    return this.#histories.get(keyOf(model, version))?.points ?? NO_POINTS;
  }

  /** Keeps a history of this version, whether it works or not, until that is called off. */
  watch(model: string, version: string): () => void {
    const key = keyOf(model, version);
    this.#watched.set(key, (this.#watched.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#watched.get(key) ?? 1) - 1;
      if (left === 0) this.#watched.delete(key);
      else this.#watched.set(key, left);
    };
  }

  /** Takes one more frame. */
  add({ models, atMs, latencyBoundsMs }: Live): void {
    const now = new Map<string, VersionStats>();
    for (const { name, versions } of models.values()) {
      for (const { version, stats } of versions) if (stats !== null) now.set(keyOf(name, version), stats);
    }
    for (const [key, stats] of now) this.#addOne(key, stats, atMs, latencyBoundsMs);
    for (const key of this.#histories.keys()) if (!now.has(key)) this.#histories.delete(key);
    this.#before = now;
    this.#beforeAtMs = atMs;
    this.#makeRoom();
  }

  #addOne(key: string, stats: VersionStats, atMs: number, boundsMs: readonly number[]): void {
    const before = this.#before.get(key);
    const isWatched = this.#watched.has(key);
    const works = before !== undefined && !isIdle(before, stats);
    const known = this.#histories.get(key);
    if (known === undefined && !isWatched && !works) return;
    const history = known ?? {
      points: NO_POINTS,
      last: { atMs: this.#beforeAtMs, stats: before ?? stats },
      usedAtMs: atMs,
    };
    this.#histories.set(key, history);
    if (isWatched || works) history.usedAtMs = atMs;
    const { last } = history;
    const gapMs = atMs - last.atMs;
    history.last = { atMs, stats };
    if (gapMs <= 0) return;
    if (gapMs > MAX_GAP_MS) {
      history.points = NO_POINTS;
      return;
    }
    const derived = isIdle(last.stats, stats)
      ? idle(stats)
      : derive(last.stats, stats, gapMs / 1000, boundsMs);
    history.points = [...history.points.slice(1 - HISTORY_POINTS), { atMs, derived }];
  }

  #makeRoom(): void {
    const tooMany = this.#histories.size - this.#maxHistories;
    if (tooMany <= 0) return;
    const byUse = [...this.#histories].sort(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
    for (const [key] of byUse.slice(0, tooMany)) this.#histories.delete(key);
  }
}

const IDLE_PHASES = { queue: null, input: null, infer: null, output: null } as const;
const NO_COUNTS: readonly number[] = [];

/** Whether nothing happened from one look to the next. */
function isIdle(before: VersionStats, after: VersionStats): boolean {
  return (
    before === after ||
    (before.success.count === after.success.count &&
      before.fail.count === after.fail.count &&
      before.execution_count === after.execution_count &&
      after.waiting.requests === 0)
  );
}

/** Where nothing was counted there is nothing to compute, and little to keep. */
function idle({ waiting }: VersionStats): Derived {
  return {
    perSecond: 0,
    errorsPerSecond: 0,
    p50Ms: null,
    p99Ms: null,
    waiting: waiting.requests,
    oldestMs: waiting.oldest_ms,
    meanRows: null,
    phasesMs: IDLE_PHASES,
    latencyCounts: NO_COUNTS,
  };
}

function keyOf(model: string, version: string): string {
  return JSON.stringify([model, version]);
}
