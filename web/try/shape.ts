import { Problem } from './problem.js';

/** Lengths of the axes; -1 in a model's shape stands for any. */
export type Shape = readonly number[];

/** Sizes that were chosen for open axes, by the number of the axis. */
export type AxisSizes = Readonly<Record<number, number>>;

export function elementCount(shape: Shape): number {
  return shape.reduce((product, axis) => product * axis, 1);
}

export function openAxes(shape: Shape): readonly number[] {
  return [...shape.keys()].filter((axis) => (shape[axis] ?? 0) < 0);
}

/** The shape with its open axes filled: as chosen, else `otherwise`. */
export function filled(shape: Shape, sizes: AxisSizes, otherwise = 1): Shape {
  return shape.map((length, axis) => (length < 0 ? (sizes[axis] ?? otherwise) : length));
}

/**
 * The shape that so many elements have: the first open axis takes what the number leaves for it, the others are as chosen.
 * Throws Problem where they do not fit.
 */
export function shapeFor(shape: Shape, count: number, sizes: AxisSizes): Shape {
  const [first] = openAxes(shape);
  const rest = filled(shape, sizes).map((length, axis) => (axis === first ? 1 : length));
  const perStep = elementCount(rest);
  if (count === 0 && perStep > 0) throw new Problem('problemNoElements');
  if (first === undefined && count !== perStep) throw new Problem('problemCount', { count, wanted: perStep });
  if (count % perStep !== 0) throw new Problem('problemCountMultiple', { count, wanted: perStep });
  return rest.map((length, axis) => (axis === first ? count / perStep : length));
}

/** `[1, 28, 28]`, with `?` for an open axis. */
export function shapeText(shape: Shape): string {
  return `[${shape.map((length) => (length < 0 ? '?' : length)).join(', ')}]`;
}
