import type { TraceLevel } from '#core/trace-level.js';
import type { TraceChange, TraceSettings } from './trace-settings.js';

/** Settings with what they count. A model that takes one over from all models counts together with them. */
export interface TraceScope {
  readonly levels: readonly TraceLevel[];
  readonly rate: Sampler;
  readonly count: Budget;
  readonly logFrequency: number;
}

/** Chooses every Nth, the Nth first, as Triton does; with a rate of 0, none. */
export class Sampler {
  readonly rate: number;
  #seen = 0;

  constructor(rate: number) {
    this.rate = rate;
  }

  next(): boolean {
    if (this.rate === 0) return false;
    this.#seen = (this.#seen + 1) % this.rate;
    return this.#seen === 0;
  }
}

/** How many more there may be. */
export class Budget {
  #remaining: number;

  /** @param remaining -1 for any number */
  constructor(remaining: number) {
    this.#remaining = remaining;
  }

  get remaining(): number {
    return this.#remaining;
  }

  get isUsedUp(): boolean {
    return this.#remaining === 0;
  }

  take(): void {
    if (this.#remaining > 0) this.#remaining--;
  }
}

/** A whole scope that has not counted anything yet. */
export function scopeOf({
  levels,
  rate,
  count,
  logFrequency,
}: Omit<TraceSettings, 'file' | 'mode'>): TraceScope {
  return { levels, rate: new Sampler(rate), count: new Budget(count), logFrequency };
}

/** What a model has of its own; null for what it takes over. */
export type OwnScope = { readonly [K in keyof TraceScope]: TraceScope[K] | null };

export const NOTHING_OWN: OwnScope = { levels: null, rate: null, count: null, logFrequency: null };

/** A scope after a change. What is not named goes on counting, what is named begins anew. */
export function changed(scope: OwnScope, { levels, rate, count, logFrequency }: TraceChange): OwnScope {
  return {
    levels: levels === undefined ? scope.levels : levels,
    rate: rate === undefined ? scope.rate : rate === null ? null : new Sampler(rate),
    count: count === undefined ? scope.count : count === null ? null : new Budget(count),
    logFrequency: logFrequency === undefined ? scope.logFrequency : logFrequency,
  };
}

/** What holds where `own` may be incomplete and `below` is there to take over from. */
export function over(own: OwnScope, below: TraceScope): TraceScope {
  return {
    levels: own.levels ?? below.levels,
    rate: own.rate ?? below.rate,
    count: own.count ?? below.count,
    logFrequency: own.logFrequency ?? below.logFrequency,
  };
}

/** Whether the next request is traced; to be asked once for each. */
export function takes({ levels, rate, count }: TraceScope): boolean {
  if (levels.length === 0 || count.isUsedUp || !rate.next()) return false;
  count.take();
  return true;
}
