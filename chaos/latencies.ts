import { quantileOf } from '../bench/quantile.js';

export type Phase = 'calm' | 'chaos';

/** How long a model took without chaos and with it, in milliseconds. */
export interface Spread {
  readonly model: string;
  readonly answers: number;
  readonly calm: { readonly p50Ms: number; readonly p99Ms: number };
  readonly chaos: { readonly p50Ms: number; readonly p99Ms: number };
  /** Of the p99 with chaos to that without. */
  readonly p99Ratio: number;
}

/** Answers of some models by the phase in which they came. */
export class Latencies {
  phase: Phase = 'calm';
  readonly #byModel: ReadonlyMap<string, Record<Phase, number[]>>;

  /** @param models those that count; what others took is left out */
  constructor(models: readonly string[]) {
    this.#byModel = new Map(models.map((model) => [model, { calm: [], chaos: [] }]));
  }

  add(model: string, ms: number): void {
    this.#byModel.get(model)?.[this.phase].push(ms);
  }

  spreads(): readonly Spread[] {
    return [...this.#byModel].map(([model, { calm, chaos }]) => {
      const [without, within] = [spreadOf(calm), spreadOf(chaos)];
      return {
        model,
        answers: calm.length + chaos.length,
        calm: without,
        chaos: within,
        p99Ratio: within.p99Ms / without.p99Ms,
      };
    });
  }
}

function spreadOf(values: readonly number[]): Spread['calm'] {
  return { p50Ms: quantileOf(values, 0.5), p99Ms: quantileOf(values, 0.99) };
}
