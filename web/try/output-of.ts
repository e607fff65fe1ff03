import type { Datatype } from './datatype.js';
import { elementCount, type Shape } from './shape.js';

export const OUTPUT_VIEWS = ['bars', 'picture', 'table', 'text', 'raw'] as const;
export type OutputView = (typeof OUTPUT_VIEWS)[number];

/** Pictures in a tensor, all of the first row of a batch: where element (plane, y, x) is. */
export interface Planes {
  readonly planes: number;
  readonly height: number;
  readonly width: number;
  readonly planeStep: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Scores: one row for each input of a batch. */
export interface ScoreRows {
  readonly rows: number;
  readonly classes: number;
}

const LEAST_SIDE = 8;
/** More bars than these are an embedding rather than scores. */
const BARS_AT_MOST = 32_768;

/**
 * The forms that an output can be shown in, the best first.
 * @param shape of the answer
 * @param modelShape of the metadata, where an open axis is -1
 */
export function viewsOf(datatype: Datatype, shape: Shape, modelShape: Shape): readonly OutputView[] {
  if (datatype === 'BYTES') return ['text', 'raw'];
  const views: OutputView[] = [];
  if (planesOf(shape) !== null) views.push('picture');
  if (datatype !== 'BOOL' && scoreRowsOf(shape, modelShape) !== null) views.push('bars');
  const { columns } = tableOf(shape);
  // A table that nobody can read stands behind the raw numbers.
  return columns <= 64 ? [...views, 'table', 'raw'] : [...views, 'raw', 'table'];
}

/** Scores lie along the one axis that is neither the batch's nor of length 1. */
export function scoreRowsOf(shape: Shape, modelShape: Shape): ScoreRows | null {
  const isBatched = shape.length > 1;
  const inner = isBatched ? shape.slice(1) : shape;
  const rows = isBatched ? (shape[0] ?? 1) : 1;
  // [-1] has one value for each row: a class, not scores.
  if (!isBatched && (modelShape[0] ?? 0) < 0) return null;
  const long = inner.filter((length) => length > 1);
  const [classes = 0] = long;
  return long.length === 1 && classes <= BARS_AT_MOST && rows > 0 ? { rows, classes } : null;
}

/** Null where there are no two axes long enough. Channels come first or last: they are the axis that is unlike the other two. */
export function planesOf(shape: Shape): Planes | null {
  const inner = shape.length === 4 ? shape.slice(1) : shape;
  const [first = 0, second = 0, third = 0] = inner;
  if (inner.length === 2) return planesWith(1, first, second, 0, second, 1);
  if (inner.length !== 3) return null;
  const last = planesWith(third, first, second, 1, second * third, third);
  const before = planesWith(first, second, third, second * third, third, 1);
  if (last === null || before === null) return last ?? before;
  return first === second || (second !== third && third < first) ? last : before;
}

function planesWith(
  planes: number,
  height: number,
  width: number,
  planeStep: number,
  rowStep: number,
  columnStep: number,
): Planes | null {
  if (height < LEAST_SIDE || width < LEAST_SIDE || planes < 1) return null;
  // Rows of a long table are no picture.
  if (planes === 1 && Math.max(height, width) > 8 * Math.min(height, width)) return null;
  return { planes, height, width, planeStep, rowStep, columnStep };
}

/** Any tensor as rows: the last axis that is longer than 1 goes across, all before it go down. */
export function tableOf(shape: Shape): { readonly rows: number; readonly columns: number } {
  const isVector = shape.length < 2;
  if (isVector) return { rows: elementCount(shape), columns: 1 };
  const columns = shape.findLast((length) => length > 1) ?? 1;
  const isColumn = shape.filter((length) => length > 1).length === 1 && (shape[0] ?? 1) > 1;
  const count = elementCount(shape);
  return isColumn ? { rows: count, columns: 1 } : { rows: count / columns, columns };
}
