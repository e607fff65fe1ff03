import { asDigit } from './digit.js';
import { placeOf } from './fit.js';
import type { Colour } from './paint.js';
import type { Picture } from './picture.js';
import type { Preprocessing } from './preprocessing.js';

/** Something that can be drawn, and how large it is in pixels of its own. */
export interface Drawable {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
}

/** More pixels than these are not needed to find a digit. */
const DIGIT_SIDE = 320;

/** A picture of the size that a tensor has; inverted, if that is wanted. */
export function resized(
  drawable: Drawable,
  width: number,
  height: number,
  { resize, invert, centre }: Preprocessing,
): Picture {
  if (centre) {
    const factor = Math.min(1, DIGIT_SIDE / Math.max(drawable.width, drawable.height));
    const [wide, high] = [drawable.width * factor, drawable.height * factor].map((side) =>
      Math.max(1, Math.round(side)),
    );
    const large = drawn(drawable, wide ?? 1, high ?? 1, { resize: 'stretch', invert });
    return asDigit(large, width, height);
  }
  return drawn(drawable, width, height, { resize, invert });
}

function drawn(
  { source, width, height }: Drawable,
  intoWidth: number,
  intoHeight: number,
  { resize, invert }: Pick<Preprocessing, 'resize' | 'invert'>,
): Picture {
  const context = contextOf(intoWidth, intoHeight);
  const into = { width: intoWidth, height: intoHeight };
  const place = placeOf({ width, height }, into, resize);
  // Margins are dark in the end; what is transparent is paper.
  context.fillStyle = invert ? 'white' : 'black';
  context.fillRect(0, 0, intoWidth, intoHeight);
  context.fillStyle = 'white';
  context.fillRect(place.x, place.y, place.width, place.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, place.x, place.y, place.width, place.height);
  const { data } = context.getImageData(0, 0, intoWidth, intoHeight);
  if (invert) for (let at = 0; at < data.length; at++) if (at % 4 < 3) data[at] = 255 - (data[at] ?? 0);
  return { ...into, rgba: data };
}

/** Shows a picture in a canvas, pixel by pixel. */
export function show(picture: Picture, canvas: HTMLCanvasElement): void {
  if (canvas.width !== picture.width) canvas.width = picture.width;
  if (canvas.height !== picture.height) canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(new ImageData(picture.rgba, picture.width, picture.height), 0, 0);
}

/** A colour of the style sheet, by the name of its property. */
export function colourOf(property: string): Colour {
  const css = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  const context = contextOf(1, 1);
  context.fillStyle = css === '' ? 'orange' : css;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser draws no canvas');
  return context;
}
