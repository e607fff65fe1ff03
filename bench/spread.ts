/** Ratios of what was measured in turns, round by round, and how far they lie apart. */
import { median } from './table.js';

export function ratios(ours: readonly number[], its: readonly number[]): number[] {
  return ours.map((value, i) => value / (its[i] ?? Number.NaN));
}

/** The median, and between which values all lie: `0.45 (0.41-0.48)`. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'void';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}

/** The median; `void` of none. */
export function middle(values: readonly number[], digits = 2): string {
  return values.length === 0 ? 'void' : median(values).toFixed(digits);
}

/** A goal that the median is held to. */
export interface Goal {
  readonly most?: number;
  readonly least?: number;
}

/** Whether the median keeps the goal, in words; where the goal lies between the rounds it says so. */
export function verdict(values: readonly number[], { most = Infinity, least = -Infinity }: Goal): string {
  if (values.length === 0) return 'void';
  const keeps = (value: number): boolean => value >= least && value <= most;
  const isOpen = keeps(Math.min(...values)) !== keeps(Math.max(...values));
  return `${keeps(median(values)) ? 'kept' : 'missed'}${isOpen ? ', not in every round' : ''}`;
}
