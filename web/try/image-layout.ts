import type { Shape } from './shape.js';

/** Which axes of a tensor are those of a picture. */
export interface ImageLayout {
  readonly height: number;
  readonly width: number;
  /** Null where the tensor has no axis of channels, which is one channel. */
  readonly channel: number | null;
  readonly channels: 1 | 3 | 4;
}

/** Fewer rows or columns than these are no picture. */
const LEAST_SIDE = 8;

/**
 * How a picture lies in a tensor of that shape: NCHW, NHWC, CHW, HWC, NHW or HW. Null where it is none.
 * @param format Triton's `format` of the input, FORMAT_NCHW or FORMAT_NHWC, where the model has one
 */
export function imageLayoutOf(shape: Shape, format = ''): ImageLayout | null {
  const rank = shape.length;
  if (rank === 2) return isFlatPicture(shape) ? { height: 0, width: 1, channel: null, channels: 1 } : null;
  if (rank !== 3 && rank !== 4) return null;
  // The axis before the picture is that of a batch: one row of it is one picture.
  const first = rank - 3;
  const channelsFirst = layoutWith(shape, first, first + 1, first + 2);
  const channelsLast = layoutWith(shape, first + 2, first, first + 1);
  if (format === 'FORMAT_NHWC') return channelsLast ?? channelsFirst;
  if (channelsFirst !== null || channelsLast !== null) return channelsFirst ?? channelsLast;
  return rank === 3 && (shape[0] ?? 0) < 0 && isFlatPicture(shape.slice(1))
    ? { height: 1, width: 2, channel: null, channels: 1 }
    : null;
}

function layoutWith(shape: Shape, channel: number, height: number, width: number): ImageLayout | null {
  const channels = shape[channel];
  if (channels !== 1 && channels !== 3 && channels !== 4) return null;
  if (!isSide(shape[height]) || !isSide(shape[width])) return null;
  // A sequence of vectors, [1, 128, 768], has this form too; pictures are not so long.
  if (shape.length === 3 && channels === 1 && !isEven(shape[height], shape[width])) return null;
  return { height, width, channel, channels };
}

function isSide(length = 0): boolean {
  return length < 0 || length >= LEAST_SIDE;
}

/** Two axes alone could be anything: only those that are fixed and of like lengths are taken for a picture. */
function isFlatPicture([height = 0, width = 0]: Shape): boolean {
  return height >= LEAST_SIDE && width >= LEAST_SIDE && isEven(height, width);
}

function isEven(height = 0, width = 0): boolean {
  return height < 0 || width < 0 || Math.max(height, width) <= 3 * Math.min(height, width);
}
