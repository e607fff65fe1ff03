/** Whether something grows: what is said of a series of samples. */
import { median } from '../bench/table.js';

export type Point = readonly [x: number, y: number];

/** A straight line through points, by least squares. */
export interface Slope {
  /** Of y, for each 1 of x. */
  readonly perX: number;
  /** The slope is this much more or less, with 95 % confidence. */
  readonly margin: number;
}

/** For 95 % of a normal distribution. */
const Z_95 = 1.96;

/**
 * Samples that follow each other are alike, so that many of them tell less than their number says: the margin counts only so
 * many as the residuals' correlation from one to the next leaves (n (1 - r) / (1 + r)). NaN of fewer than three points.
 */
export function slopeOf(points: readonly Point[]): Slope {
  const n = points.length;
  if (n < 3) return { perX: Number.NaN, margin: Number.NaN };
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sumXx = sum(points.map(([x]) => (x - meanX) ** 2));
  const perX = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / sumXx;
  const residuals = points.map(([x, y]) => y - meanY - perX * (x - meanX));
  const squares = sum(residuals.map((each) => each ** 2));
  const error = Math.sqrt(squares / (n - 2) / sumXx);
  return { perX, margin: Z_95 * error * Math.sqrt(n / effectiveCount(residuals, squares)) };
}

/** Median of the last quarter to that of the first: 1 where nothing has changed. */
export function quarterRatio(values: readonly number[]): number {
  const quarter = Math.max(1, values.length >> 2);
  return median(values.slice(-quarter)) / median(values.slice(0, quarter));
}

/** At least 2: a margin that is nothing would be a lie. */
function effectiveCount(residuals: readonly number[], squares: number): number {
  const n = residuals.length;
  if (squares === 0) return n;
  const products = residuals.slice(1).map((each, i) => each * (residuals[i] ?? 0));
  const correlation = Math.max(0, sum(products) / squares);
  return Math.max(2, (n * (1 - correlation)) / (1 + correlation));
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
