import type { TensorSpec } from './metadata.js';

/** Along which the rows of a batch lie, where the model has batches at all. */
export function batchAxisOf({ batchAxis = 0 }: Pick<TensorSpec, 'batchAxis'>): number {
  return batchAxis;
}

/** The shape of one row: that of the tensor without its batch axis. */
export function rowShapeOf(spec: Pick<TensorSpec, 'shape' | 'batchAxis'>): readonly number[] {
  const axis = batchAxisOf(spec);
  return spec.shape.filter((_, i) => i !== axis);
}

/** The shape of so many rows; -1 for any number. The tensor must have the axis. */
export function shapeOfRows(spec: Pick<TensorSpec, 'shape' | 'batchAxis'>, rows: number): readonly number[] {
  return spec.shape.with(batchAxisOf(spec), rows);
}

/** The batch axis as messages call it. */
export function batchAxisName(spec: Pick<TensorSpec, 'batchAxis'>): string {
  const axis = batchAxisOf(spec);
  return axis === 0 ? 'the first axis' : `axis ${axis}`;
}
