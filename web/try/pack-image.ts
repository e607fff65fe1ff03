import { elementBytes, type NumericDatatype } from './datatype.js';
import { writerOf } from './elements.js';
import type { ImageLayout } from './image-layout.js';
import { brightnessAt, type Picture } from './picture.js';
import type { Preprocessing, Range } from './preprocessing.js';
import { elementCount, type Shape } from './shape.js';

/** Of ImageNet's pictures, by channel, as torchvision's classifiers want them. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/**
 * The tensor of a picture that has the right size already.
 * @param shape of the tensor, without open axes; every row of a batch gets the same picture
 */
export function packImage(
  picture: Picture,
  datatype: NumericDatatype,
  shape: Shape,
  layout: ImageLayout,
  { order, range, invert }: Pick<Preprocessing, 'order' | 'range' | 'invert'>,
): Uint8Array {
  const count = elementCount(shape);
  const bytes = new Uint8Array(count * elementBytes(datatype));
  const write = writerOf(datatype, bytes);
  const steps = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const [rowStep = 0, columnStep = 0] = [steps[layout.height], steps[layout.width]];
  const channelStep = layout.channel === null ? 0 : (steps[layout.channel] ?? 0);
  const perPicture = picture.width * picture.height * layout.channels;
  for (let channel = 0; channel < layout.channels; channel++) {
    const source = order === 'BGR' && channel < 3 ? 2 - channel : channel;
    for (let pixel = 0; pixel < picture.width * picture.height; pixel++) {
      const grey =
        layout.channels === 1 ? brightnessAt(picture, pixel) : (picture.rgba[4 * pixel + source] ?? 0);
      const value = scaled(invert && channel < 3 ? 255 - grey : grey, range, source);
      const [x, y] = [pixel % picture.width, Math.floor(pixel / picture.width)];
      for (let batch = 0; batch < count; batch += perPicture) {
        write(batch + y * rowStep + x * columnStep + channel * channelStep, value);
      }
    }
  }
  return bytes;
}

/** @param value 0 to 255 */
function scaled(value: number, range: Range, channel: number): number {
  switch (range) {
    case 'byte':
      return value;
    case 'unit':
      return value / 255;
    case 'signed':
      return value / 127.5 - 1;
    case 'shifted':
      return value - 128;
    case 'imagenet':
      return (value / 255 - (MEAN[channel] ?? 0.449)) / (DEVIATION[channel] ?? 0.226);
  }
}
