import { brightnessAt, emptyPicture, type Picture } from './picture.js';

/** MNIST's digits fit a box of 20 in a field of 28, and their centre of mass is the middle of the field. */
const BOX_SHARE = 20 / 28;
/** Fainter than this is paper. */
const LEAST_INK = 24;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * A drawing, bright on dark, as MNIST has its digits: the ink scaled to the box, and moved so that its centre of mass is in the middle
 * (yann.lecun.com/exdb/mnist). A drawing without ink is dark.
 */
export function asDigit(drawing: Picture, width: number, height: number): Picture {
  const result = emptyPicture(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) result.rgba[4 * pixel + 3] = 255;
  const box = inkBox(drawing);
  if (box === null) return result;
  const factor = Math.min(
    (BOX_SHARE * width) / (box.right - box.left),
    (BOX_SHARE * height) / (box.bottom - box.top),
  );
  const small = averaged(drawing, box, factor);
  const mass = centreOfMass(small.grey, small.width);
  const [moveX, moveY] = [Math.round(width / 2 - mass.x), Math.round(height / 2 - mass.y)];
  for (const [index, grey] of small.grey.entries()) {
    const x = (index % small.width) + moveX;
    const y = Math.floor(index / small.width) + moveY;
    if (x < 0 || y < 0 || x >= width || y >= height) continue;
    result.rgba.fill(grey, 4 * (y * width + x), 4 * (y * width + x) + 3);
  }
  return result;
}

function inkBox(drawing: Picture): Box | null {
  let [left, top, right, bottom] = [drawing.width, drawing.height, -1, -1];
  for (let pixel = 0; pixel < drawing.width * drawing.height; pixel++) {
    if (brightnessAt(drawing, pixel) < LEAST_INK) continue;
    const [x, y] = [pixel % drawing.width, Math.floor(pixel / drawing.width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0 ? null : { left, top, right: right + 1, bottom: bottom + 1 };
}

/** The part in the box, made smaller (or larger): each pixel is the mean of those that it covers. */
function averaged(drawing: Picture, box: Box, factor: number): { width: number; grey: Uint8ClampedArray } {
  const width = Math.max(1, Math.round((box.right - box.left) * factor));
  const height = Math.max(1, Math.round((box.bottom - box.top) * factor));
  const [stepX, stepY] = [(box.right - box.left) / width, (box.bottom - box.top) / height];
  const grey = new Uint8ClampedArray(width * height);
  for (let index = 0; index < grey.length; index++) {
    const fromX = Math.floor(box.left + (index % width) * stepX);
    const fromY = Math.floor(box.top + Math.floor(index / width) * stepY);
    grey[index] = meanOf(drawing, fromX, fromY, Math.ceil(fromX + stepX), Math.ceil(fromY + stepY));
  }
  return { width, grey };
}

function meanOf(drawing: Picture, left: number, top: number, right: number, bottom: number): number {
  let [sum, count] = [0, 0];
  for (let y = top; y < Math.min(bottom, drawing.height); y++) {
    for (let x = left; x < Math.min(right, drawing.width); x++) {
      sum += brightnessAt(drawing, y * drawing.width + x);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

function centreOfMass(grey: Uint8ClampedArray, width: number): { x: number; y: number } {
  let [x, y, mass] = [0, 0, 0];
  for (const [index, weight] of grey.entries()) {
    x += weight * ((index % width) + 0.5);
    y += weight * (Math.floor(index / width) + 0.5);
    mass += weight;
  }
  return mass === 0 ? { x: 0, y: 0 } : { x: x / mass, y: y / mass };
}
