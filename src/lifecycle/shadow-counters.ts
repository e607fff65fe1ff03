import type { OutputDifferences, ShadowStatistics } from '#inference/statistics.js';
import type { OutputDifference } from './shadow-difference.js';

/** An output of a copy held against that of the original. */
export interface Compared {
  /** As clients know it. */
  readonly name: string;
  readonly difference: OutputDifference;
}

/** Counts what comes of the copies that one loaded version gets. */
export class ShadowCounters {
  #sent = 0;
  #skipped = 0;
  #failed = 0;
  #unanswered = 0;
  #equal = 0;
  #different = 0;
  #lastFailure: string | null = null;
  #originalNs = 0;
  #shadowNs = 0;
  readonly #outputs = new Map<string, OutputDifferences>();

  sent(): void {
    this.#sent++;
  }

  skipped(): void {
    this.#skipped++;
  }

  failed(reason: string): void {
    this.#failed++;
    this.#lastFailure = reason;
  }

  unanswered(): void {
    this.#unanswered++;
  }

  /** Both have answered, each so many nanoseconds after it was asked. */
  compared(outputs: readonly Compared[], originalNs: number, shadowNs: number): void {
    this.#originalNs += originalNs;
    this.#shadowNs += shadowNs;
    const isEqual = outputs.every(({ difference }) => difference.isAlike && difference.unequalElements === 0);
    if (isEqual) this.#equal++;
    else this.#different++;
    for (const { name, difference } of outputs) {
      this.#outputs.set(name, joined(this.#outputs.get(name) ?? nothingOf(name), difference));
    }
  }

  get counts(): ShadowStatistics {
    const count = this.#equal + this.#different;
    return {
      sent: this.#sent,
      failed: this.#failed,
      unanswered: this.#unanswered,
      equal: this.#equal,
      different: this.#different,
      skipped: this.#skipped,
      lastFailure: this.#lastFailure,
      original: { count, ns: Math.round(this.#originalNs) },
      shadow: { count, ns: Math.round(this.#shadowNs) },
      outputs: [...this.#outputs.values()],
    };
  }
}

function nothingOf(name: string): OutputDifferences {
  return { name, compared: 0, mismatched: 0, unequalElements: 0, maxAbsolute: 0, maxRelative: 0 };
}

function joined(all: OutputDifferences, one: OutputDifference): OutputDifferences {
  if (!one.isAlike) return { ...all, mismatched: all.mismatched + 1 };
  return {
    ...all,
    compared: all.compared + 1,
    unequalElements: all.unequalElements + one.unequalElements,
    maxAbsolute: Math.max(all.maxAbsolute, one.maxAbsolute),
    maxRelative: Math.max(all.maxRelative, one.maxRelative),
  };
}
