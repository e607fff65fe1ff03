/** Numbers of any datatype: 64-bit integers are bigints, so that they are compared exactly. */
export type Numbers = ArrayLike<number> | ArrayLike<bigint>;

/**
 * The positions of the largest numbers, the largest first; of equal ones the lower position first, and NaN behind all
 * others. At most `count` of them, found without sorting the rest.
 */
export function largest(values: Numbers, count: number): readonly number[] {
  const kept = Math.min(count, values.length);
  if (kept === 0) return [];
  // A heap of positions whose root is the last of those kept so far.
  const heap = Uint32Array.from({ length: kept }, (_, i) => i);
  for (let at = (kept >> 1) - 1; at >= 0; at--) sink(heap, at, values);
  for (let i = kept; i < values.length; i++) {
    if (!precedes(values, i, heap[0] as number)) continue;
    heap[0] = i;
    sink(heap, 0, values);
  }
  return [...heap.sort((a, b) => (precedes(values, a, b) ? -1 : 1))];
}

/** Lets the position at `at` sink until nothing below it comes behind it. */
function sink(heap: Uint32Array, at: number, values: Numbers): void {
  const moved = heap[at] as number;
  let hole = at;
  for (;;) {
    let below = 2 * hole + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && precedes(values, heap[below] as number, heap[below + 1] as number))
      below++;
    if (!precedes(values, moved, heap[below] as number)) break;
    heap[hole] = heap[below] as number;
    hole = below;
  }
  heap[hole] = moved;
}

/** Whether position `a` comes before position `b`, another one. */
function precedes(values: Numbers, a: number, b: number): boolean {
  const left = values[a] as number | bigint;
  const right = values[b] as number | bigint;
  if (left > right) return true;
  if (left < right) return false;
  const rightIsNan = Number.isNaN(right);
  return Number.isNaN(left) === rightIsNan ? a < b : rightIsNan;
}
