import { across, type Box, round, upward } from './scale.js';

/** A rectangle of a plot, in pixels. */
export interface BarBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Rectangles that stand on each other at one place, the first at the bottom. Those without a value have no height.
 *
 * @param parts of the vertical axis, from the bottom
 * @param breadth of the horizontal axis
 */
export function barBoxes(
  place: number,
  breadth: number,
  parts: readonly (number | null)[],
  box: Box,
): readonly BarBox[] {
  const x = across(box, place - breadth / 2);
  const width = Math.max(1, round(across(box, place + breadth / 2) - x));
  let below = 0;
  return parts.map((part) => {
    const bottom = upward(box, Math.min(1, below));
    below += Math.max(0, part ?? 0);
    const y = upward(box, Math.min(1, below));
    return { x, y, width, height: round(bottom - y) };
  });
}

/** Where so many bars stand side by side: the middle of each, and how broad it is with a gap to the next. */
export function bands(count: number): { readonly places: readonly number[]; readonly breadth: number } {
  const places = Array.from({ length: count }, (_, at) => (at + 0.5) / count);
  return { places, breadth: 0.8 / Math.max(1, count) };
}
