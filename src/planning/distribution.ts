/** A time in ms, and how likely it is. */
export interface Outcome {
  readonly ms: number;
  readonly chance: number;
}

/** So fine: a step is a thousandth of the longest time that is told apart. */
const STEPS = 1024;

/** How long something takes, as chances on an even grid from 0 on: `chances[k]` is that of `k * stepMs`. */
export class Distribution {
  readonly stepMs: number;
  readonly #chances: Float64Array;

  private constructor(stepMs: number, chances: Float64Array) {
    this.stepMs = stepMs;
    this.#chances = chances;
  }

  /** Chances need not make 1. What lies between two steps is divided between them, so that the mean stays. */
  static of(outcomes: readonly Outcome[], longestMs: number): Distribution {
    const stepMs = Math.max(longestMs, Number.MIN_VALUE * STEPS) / STEPS;
    const chances = new Float64Array(STEPS + 2);
    let sum = 0;
    for (const { ms, chance } of outcomes) {
      const place = Math.min(STEPS, Math.max(0, ms / stepMs));
      const below = Math.floor(place);
      chances[below] = (chances[below] ?? 0) + chance * (below + 1 - place);
      chances[below + 1] = (chances[below + 1] ?? 0) + chance * (place - below);
      sum += chance;
    }
    return new Distribution(
      stepMs,
      chances.map((chance) => chance / sum),
    );
  }

  /** Of a time that is at most `ms` with the chance `upTo(ms)`. */
  static upTo(upTo: (ms: number) => number, longestMs: number): Distribution {
    const stepMs = longestMs / STEPS;
    let before = 0;
    const outcomes = Array.from({ length: STEPS + 1 }, (_, k): Outcome => {
      const reached = k === STEPS ? 1 : Math.max(before, upTo((k + 0.5) * stepMs));
      const chance = reached - before;
      before = reached;
      return { ms: k * stepMs, chance };
    });
    return Distribution.of(outcomes, longestMs);
  }

  get longestMs(): number {
    return this.stepMs * STEPS;
  }

  get meanMs(): number {
    return this.#chances.reduce((sum, chance, k) => sum + chance * k * this.stepMs, 0);
  }

  get outcomes(): readonly Outcome[] {
    return Array.from(this.#chances, (chance, k) => ({ ms: k * this.stepMs, chance })).filter(
      ({ chance }) => chance > 0,
    );
  }

  /** The same, so much later. */
  later(ms: number): Distribution {
    const moved = this.outcomes.map((each) => ({ ms: each.ms + ms, chance: each.chance }));
    return Distribution.of(moved, this.longestMs + ms);
  }

  /** Both one after the other, where neither knows of the other. */
  plus(other: Distribution): Distribution {
    const stepMs = (this.longestMs + other.longestMs) / STEPS;
    const chances = new Float64Array(STEPS + 2);
    for (const a of this.outcomes) {
      for (const b of other.outcomes) {
        const place = (a.ms + b.ms) / stepMs;
        const below = Math.min(STEPS, Math.floor(place));
        const chance = a.chance * b.chance;
        chances[below] = (chances[below] ?? 0) + chance * (below + 1 - place);
        chances[below + 1] = (chances[below + 1] ?? 0) + chance * (place - below);
      }
    }
    return new Distribution(stepMs, chances);
  }

  /** The time that the part `q` of all does not exceed. */
  quantileMs(q: number): number {
    let reached = 0;
    for (const [k, chance] of this.#chances.entries()) {
      if (reached + chance >= q)
        return Math.max(0, k - (chance > 0 ? 1 - (q - reached) / chance : 0)) * this.stepMs;
      reached += chance;
    }
    return this.longestMs;
  }
}
