import { type CostPoint, efficientRows, fitLine, type Line } from './cost-line.js';

/** How much the newest run counts in the mean. */
const MEAN_WEIGHT = 0.1;
/** So many of the last runs of a size tell what a row takes when the machine is not disturbed. */
const RECENT_RUNS = 16;
/** Once in so many full batches a larger one is tried, in case that the estimate was a disturbed one. */
const TRY_EVERY = 64;

/** Of so many runs each may change what is known much; after them only every so many-th is looked at anew. */
const FIRST_RUNS = 128;
const LOOK_EVERY = 8;

interface SizeClass {
  rows: number;
  ms: number;
  /** Of the last runs, in milliseconds for each row. */
  readonly recent: number[];
  count: number;
}

/**
 * What runs of so many rows cost, learned while they run: tau(n) = alpha n + tau0, and beside the line what was really
 * measured at each size, as caches make lines bend. Class k holds the runs of more than 2^(k-1) and up to 2^k rows.
 */
export class BatchCost {
  readonly #classes: (SizeClass | undefined)[] = [];
  #fullBatches = 0;
  #runs = 0;
  #line: Line | null = null;
  #efficient: number | null = null;

  /** A run without rows costs as much as one with one. */
  observe(runRows: number, ms: number): void {
    const rows = Math.max(1, runRows);
    const at = classOf(rows);
    const seen = this.#classes[at];
    const msPerRow = ms / rows;
    if (seen === undefined) {
      this.#classes[at] = { rows, ms, recent: [msPerRow], count: 1 };
    } else {
      seen.rows += MEAN_WEIGHT * (rows - seen.rows);
      seen.ms += MEAN_WEIGHT * (ms - seen.ms);
      seen.recent[seen.count % RECENT_RUNS] = msPerRow;
      seen.count++;
    }
    // To look at all sizes costs as much as a small request.
    if (++this.#runs > FIRST_RUNS && seen !== undefined && this.#runs % LOOK_EVERY > 0) return;
    this.#line = null;
    this.#efficient = null;
  }

  /** The line through what was measured; null until something was. */
  get line(): Line | null {
    this.#line ??= fitLine(this.#points());
    return this.#line;
  }

  /** How long a run of so many rows is expected to take; null until something was measured. */
  predictMs(rows: number): number | null {
    const { line } = this;
    if (line === null) return null;
    const seen = this.#classes[classOf(rows)];
    // Runs of about the size tell where the line really is, and it tells what a row more or less makes.
    if (seen !== undefined) return Math.max(0, seen.ms + line.perRowMs * (rows - seen.rows));
    return line.fixedMs + line.perRowMs * rows;
  }

  /**
   * The same, as far as somebody may be refused by it: null also of more rows than twice those of the largest run so far. A line
   * through small runs says nothing of one that is a thousand times as large.
   */
  foresee(rows: number): number | null {
    return classOf(rows) > this.#classes.length ? null : this.predictMs(rows);
  }

  /**
   * The most rows that are worth a run: more would make each of them wait longer and the work no faster.
   *
   * @param waitingRows how many could be taken
   */
  mostRows(maxRows: number, waitingRows: number): number {
    const most = this.efficientRows(maxRows);
    if (most === maxRows) return most;
    if (waitingRows <= most || ++this.#fullBatches % TRY_EVERY > 0) return most;
    return Math.min(maxRows, 2 * most);
  }

  /** The same, as far as it is known. */
  efficientRows(maxRows: number): number {
    this.#efficient ??= efficientRows(this.#points());
    return Math.min(maxRows, this.#efficient);
  }

  #points(): readonly CostPoint[] {
    return this.#classes.flatMap((seen, at) => {
      if (seen === undefined) return [];
      const { rows, ms, recent, count } = seen;
      return [{ rows, ms, count, lowMsPerRow: lowerMean(recent), capacity: 2 ** at }];
    });
  }
}

/** The mean of the lower half: a machine that is disturbed is not the model, and one lucky run is not, either. */
function lowerMean(values: readonly number[]): number {
  const lower = [...values].sort((a, b) => a - b).slice(0, Math.ceil(values.length / 2));
  return lower.reduce((sum, value) => sum + value, 0) / lower.length;
}

function classOf(rows: number): number {
  return rows <= 1 ? 0 : Math.ceil(Math.log2(rows));
}
