import type { Datatype } from './datatype.js';
import type { Planes } from './output-of.js';
import { emptyPicture, type Picture } from './picture.js';
import { extremes } from './scores.js';

/** Which values are black and white. */
export interface Scale {
  readonly least: number;
  readonly most: number;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** One plane of an output, row by row. */
export function planeValues(values: ArrayLike<number>, planes: Planes, plane: number): Float64Array {
  const result = new Float64Array(planes.width * planes.height);
  for (let y = 0; y < planes.height; y++) {
    for (let x = 0; x < planes.width; x++) {
      const at = plane * planes.planeStep + y * planes.rowStep + x * planes.columnStep;
      result[y * planes.width + x] = values[at] ?? Number.NaN;
    }
  }
  return result;
}

/** 0 to 1 where all values are within, 0 to 255 for bytes, else from the smallest value to the largest. */
export function scaleOf(values: Iterable<number>, datatype: Datatype): Scale {
  const [least = 0, most = 1] = extremes(values);
  if (datatype === 'UINT8' && most > 1) return { least: 0, most: 255 };
  if (least >= 0 && most <= 1 && most > 0.05) return { least: 0, most: 1 };
  return most > least ? { least, most } : { least, most: least + 1 };
}

export function greyPicture(values: Float64Array, { width, height }: Planes, scale: Scale): Picture {
  const picture = emptyPicture(width, height);
  for (const [pixel, value] of values.entries()) {
    const grey = 255 * shareOf(value, scale);
    picture.rgba.set([grey, grey, grey, 255], 4 * pixel);
  }
  return picture;
}

/** One colour, as opaque as the value is large: to lie over what was segmented. */
export function maskPicture(
  values: Float64Array,
  { width, height }: Planes,
  scale: Scale,
  colour: Colour,
): Picture {
  const picture = emptyPicture(width, height);
  for (const [pixel, value] of values.entries()) {
    picture.rgba.set([...colour, 255 * shareOf(value, scale)], 4 * pixel);
  }
  return picture;
}

/** Three planes as red, green and blue. */
export function colourPicture(values: ArrayLike<number>, planes: Planes, scale: Scale): Picture {
  const picture = emptyPicture(planes.width, planes.height);
  for (let channel = 0; channel < 3; channel++) {
    for (const [pixel, value] of planeValues(values, planes, channel).entries()) {
      picture.rgba[4 * pixel + channel] = 255 * shareOf(value, scale);
      picture.rgba[4 * pixel + 3] = 255;
    }
  }
  return picture;
}

/** Which plane is the largest at each pixel: what a segmentation of many classes says. */
export function largestPlanes(values: ArrayLike<number>, planes: Planes): Float64Array {
  const best = planeValues(values, planes, 0);
  const winners = new Float64Array(best.length);
  for (let plane = 1; plane < planes.planes; plane++) {
    for (const [pixel, value] of planeValues(values, planes, plane).entries()) {
      if (value <= (best[pixel] ?? 0)) continue;
      best[pixel] = value;
      winners[pixel] = plane;
    }
  }
  return winners;
}

/** A colour for each class; class 0, most often the background, has none. */
export function classPicture(
  classes: Float64Array,
  { width, height }: Planes,
  colours: readonly Colour[],
): Picture {
  const picture = emptyPicture(width, height);
  for (const [pixel, number] of classes.entries()) {
    const colour = number > 0 ? colours[(number - 1) % colours.length] : undefined;
    if (colour !== undefined) picture.rgba.set([...colour, 255], 4 * pixel);
  }
  return picture;
}

function shareOf(value: number, { least, most }: Scale): number {
  return Number.isNaN(value) ? 0 : Math.min(1, Math.max(0, (value - least) / (most - least)));
}
