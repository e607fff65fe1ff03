import type { Resize } from './preprocessing.js';

/** Where a picture is drawn in another, in pixels of that one. What lies outside is cut off. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** `fit` shows all of the picture and leaves margins, `fill` leaves none and cuts, `stretch` keeps no proportions. */
export function placeOf(picture: Size, into: Size, resize: Resize): Place {
  if (resize === 'stretch') return { x: 0, y: 0, ...sizeOf(into) };
  const factors = [into.width / picture.width, into.height / picture.height] as const;
  const factor = resize === 'fit' ? Math.min(...factors) : Math.max(...factors);
  const [width, height] = [picture.width * factor, picture.height * factor];
  return { x: (into.width - width) / 2, y: (into.height - height) / 2, width, height };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
