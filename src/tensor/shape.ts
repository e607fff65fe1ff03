/** The number of elements of a concrete shape; 1 for a scalar. NaN when an axis is negative or the product is not exact. */
export function elementCount(shape: readonly number[]): number {
  if (shape.some((axis) => axis < 0)) return Number.NaN;
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const axis of shape) {
    count *= axis;
    if (count > Number.MAX_SAFE_INTEGER) return Number.NaN;
  }
  return count;
}

/** A shape as messages print it: `[1,28,28,1]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}

/** Whether a concrete shape is one the spec allows; -1 in the spec stands for any size. */
export function fitsSpec(shape: readonly number[], spec: readonly number[]): boolean {
  return shape.length === spec.length && spec.every((axis, i) => axis === -1 || axis === shape[i]);
}

/**
 * The concrete shape under which a tensor of shape `given` is meant by `spec`, when the two differ only in axes of
 * length 1 (the same elements in the same order): [1,1,28,28] for [1,28,28,1], [28,28] for [-1,28,28,1].
 * Null when they differ otherwise, or when several readings are possible.
 */
export function alignShape(given: readonly number[], spec: readonly number[]): readonly number[] | null {
  if (fitsSpec(given, spec)) return given;
  const found = new Set<string>();
  let aligned: readonly number[] | null = null;
  const visit = (i: number, j: number, made: readonly number[]): void => {
    if (found.size > 1) return;
    if (i === given.length && j === spec.length) {
      found.add(made.join());
      aligned = made;
      return;
    }
    const wanted = spec[j];
    const axis = given[i];
    if (wanted !== undefined && axis !== undefined && axis !== 1 && (wanted === -1 || wanted === axis)) {
      visit(i + 1, j + 1, [...made, axis]);
    }
    if (axis === 1) visit(i + 1, j, made);
    else if (wanted === 1 || wanted === -1) visit(i, j + 1, [...made, 1]);
  };
  if (given.length <= MAX_RANK && spec.length <= MAX_RANK) visit(0, 0, []);
  return found.size === 1 ? aligned : null;
}

/** No engine here knows more axes; it also bounds the search above. */
export const MAX_RANK = 16;
