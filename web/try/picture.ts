/** Pixels as a canvas has them: rows of red, green, blue and opacity, each 0 to 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export function emptyPicture(width: number, height: number): Picture {
  return { width, height, rgba: new Uint8ClampedArray(width * height * 4) };
}

/** How bright a pixel looks, 0 to 255 (ITU-R BT.601, as Pillow's mode L). */
export function brightnessAt({ rgba }: Picture, pixel: number): number {
  const at = 4 * pixel;
  return 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
}

/** Whether the edge is bright on the whole: dark ink on white paper. */
export function isOnPaper(picture: Picture): boolean {
  const { width, height } = picture;
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    sum += brightnessAt(picture, pixel);
    count++;
  }
  return count > 0 && sum / count > 127;
}
