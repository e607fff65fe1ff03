import { type Datatype, isFloat } from './datatype.js';

export interface Score {
  readonly position: number;
  readonly value: number;
  /** How long its bar is, 0 to 1. */
  readonly share: number;
}

/** @param scale the value of a full bar, where the datatype has one */
export function barsOf(values: readonly number[], datatype: Datatype): readonly Score[] {
  const finite = values.filter(Number.isFinite);
  const least = Math.min(0, ...extremes(finite));
  const most = Math.max(fullBar(finite, datatype), ...extremes(finite));
  const span = most - least;
  return values.map((value, position) => ({
    position,
    value,
    share: Number.isFinite(value) && span > 0 ? (value - least) / span : 0,
  }));
}

/** The largest first; of equal ones the lower position, and NaN last, as the extension `classification` has it. */
export function ranked(scores: readonly Score[]): readonly Score[] {
  const sortable = ({ value }: Score): number => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value);
  return [...scores].sort((a, b) => {
    const [first, second] = [sortable(a), sortable(b)];
    return first === second ? a.position - b.position : second - first;
  });
}

/** Numbers that are no probabilities yet: softmax would make them some. */
export function areLogits(values: readonly number[], datatype: Datatype): boolean {
  if (!isFloat(datatype) || values.length < 2) return false;
  const sum = values.reduce((total, value) => total + value, 0);
  return values.some((value) => value < 0 || value > 1) || Math.abs(sum - 1) > 0.02;
}

export function softmax(values: readonly number[]): number[] {
  const [, most = 0] = extremes(values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Smallest and largest; none of no values. A loop, because there may be more values than a call has room for. */
export function extremes(values: Iterable<number>): readonly [] | readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? [] : [least, most];
}

function fullBar(values: readonly number[], datatype: Datatype): number {
  if (datatype === 'UINT8') return 255;
  return isFloat(datatype) && !areLogits(values, datatype) ? 1 : 0;
}
