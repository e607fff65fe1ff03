import { type Datatype, isFloat } from './datatype.js';
import type { ImageLayout } from './image-layout.js';
import type { Shape } from './shape.js';

export const RESIZES = ['fit', 'fill', 'stretch'] as const;
export const ORDERS = ['RGB', 'BGR'] as const;
/** What the grey values 0 to 255 become. */
export const RANGES = ['byte', 'unit', 'signed', 'imagenet', 'shifted'] as const;

export type Resize = (typeof RESIZES)[number];
export type ChannelOrder = (typeof ORDERS)[number];
export type Range = (typeof RANGES)[number];

/** How a picture becomes a tensor. */
export interface Preprocessing {
  readonly resize: Resize;
  readonly order: ChannelOrder;
  readonly range: Range;
  /** Dark becomes bright: for models that were trained on bright ink, where the paper is white. */
  readonly invert: boolean;
  /** Scaled and centred by its mass, as the digits of MNIST are. */
  readonly centre: boolean;
}

/** What is most likely right for a model that nobody has said anything about. */
export function preprocessingFor(datatype: Datatype, layout: ImageLayout, shape: Shape): Preprocessing {
  return {
    resize: 'fit',
    order: 'RGB',
    range: rangeFor(datatype, layout, shape),
    invert: false,
    centre: isDigit(layout, shape),
  };
}

/** The form of MNIST's pictures: one channel, 28 by 28. */
export function isDigit({ channels, height, width }: ImageLayout, shape: Shape): boolean {
  return channels === 1 && shape[height] === 28 && shape[width] === 28;
}

/** Whether a drawing is a likelier input than a photograph. */
export function isSketch({ channels, height, width }: ImageLayout, shape: Shape): boolean {
  const [rows = -1, columns = -1] = [shape[height], shape[width]];
  return channels === 1 && rows > 0 && rows <= 64 && columns > 0 && columns <= 64;
}

function rangeFor(datatype: Datatype, { channel, channels }: ImageLayout, shape: Shape): Range {
  if (datatype === 'INT8') return 'shifted';
  if (!isFloat(datatype)) return 'byte';
  // Colour with channels first comes from PyTorch, whose classifiers were trained so.
  const isChannelsFirst = channel !== null && channel === shape.length - 3;
  return channels === 3 && isChannelsFirst ? 'imagenet' : 'unit';
}

/** What somebody chose before, as far as it still means something. */
export function readPreprocessing(text: string | null, otherwise: Preprocessing): Preprocessing {
  let kept: Partial<Preprocessing>;
  try {
    kept = (JSON.parse(text ?? '{}') ?? {}) as Partial<Preprocessing>;
  } catch {
    return otherwise;
  }
  return {
    resize: oneOf(RESIZES, kept.resize) ?? otherwise.resize,
    order: oneOf(ORDERS, kept.order) ?? otherwise.order,
    range: oneOf(RANGES, kept.range) ?? otherwise.range,
    invert: typeof kept.invert === 'boolean' ? kept.invert : otherwise.invert,
    centre: typeof kept.centre === 'boolean' ? kept.centre : otherwise.centre,
  };
}

function oneOf<Word extends string>(words: readonly Word[], word: unknown): Word | undefined {
  return words.find((each) => each === word);
}
