import { formatShape } from './shape.js';

/**
 * What is wrong with two shapes between which tensors are to be reshaped, or null. -1 stands for an axis of any size. As
 * many of these on both sides, and the same number of elements before, between and behind them (Triton's rule).
 */
export function reshapeFault(from: readonly number[], to: readonly number[]): string | null {
  const [some, others] = [segments(from), segments(to)];
  if (some.length === others.length && some.every((count, i) => count === others[i])) return null;
  return `${formatShape(to)} does not hold the elements of ${formatShape(from)}`;
}

/** The shape that a tensor of `shape`, one that `from` allows, has as one of `to`; null where `from` does not allow it. */
export function reshape(
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly number[] | null {
  if (shape.length !== from.length || from.some((size, i) => size !== -1 && size !== shape[i])) return null;
  const open = shape.filter((_, i) => from[i] === -1);
  let next = 0;
  return to.map((size) => (size === -1 ? (open[next++] ?? -1) : size));
}

/** Numbers of elements between the axes of any size. */
function segments(shape: readonly number[]): readonly number[] {
  const counts = [1];
  for (const size of shape) {
    if (size === -1) counts.push(1);
    else counts.push((counts.pop() ?? 1) * size);
  }
  return counts;
}
