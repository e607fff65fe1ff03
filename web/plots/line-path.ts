import { across, type Box, upward } from './scale.js';

/** One line: a value at each of the places, and null where there is none. */
export interface LinePoint {
  readonly place: number;
  /** A part of the vertical axis. */
  readonly part: number | null;
}

/**
 * The `d` of an SVG path through the points. It is broken where there is no value; a value that stands alone is a short dash,
 * or it would not be seen.
 */
export function linePath(points: readonly LinePoint[], box: Box): string {
  const pieces: string[] = [];
  for (const [at, { place, part }] of points.entries()) {
    if (part === null) continue;
    const [x, y] = [across(box, place), upward(box, part)];
    const isFirst = (points[at - 1]?.part ?? null) === null;
    const isLast = (points[at + 1]?.part ?? null) === null;
    if (isFirst && isLast) pieces.push(`M${x - 1.5} ${y}h3`);
    else pieces.push(`${isFirst ? 'M' : 'L'}${x} ${y}`);
  }
  return pieces.join('');
}
