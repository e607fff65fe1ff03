/** How sure a median is, from the rounds alone: percentile bootstrap. */
import { uniform } from './arrivals.js';
import { quantile } from './quantile.js';
import { median } from './table.js';

/** The median of what was measured, and between which the true one lies with the confidence that was asked for. */
export interface Interval {
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

const CONFIDENCE = 0.95;
const RESAMPLES = 4000;
const SEED = 20;

/**
 * Draws as many rounds as there are, with replacement, again and again, and looks at the median of each draw. The same
 * rounds give the same interval: the draws come from a seed. Null of no rounds.
 * Source: B. Efron, "Bootstrap Methods", Annals of Statistics 7 (1979).
 */
export function bootstrap(
  rounds: readonly number[],
  confidence: number = CONFIDENCE,
  resamples: number = RESAMPLES,
): Interval | null {
  if (rounds.length === 0) return null;
  const random = uniform(SEED);
  const draw = (): number => rounds[Math.floor(random() * rounds.length)] ?? 0;
  const medians = Float64Array.from({ length: resamples }, () => median(rounds.map(draw))).sort();
  const tail = (1 - confidence) / 2;
  return { middle: median(rounds), low: quantile(medians, tail), high: quantile(medians, 1 - tail) };
}
