/** Models whose answers say which generation of their weights gave them. */
import { renameSync, writeFileSync } from 'node:fs';
import { bytesOf, tensorInfo } from './onnx-models.js';
import { encodeModel, ONNX_TYPE, type TensorDef } from './onnx-writer.js';

/** How many numbers a row has. */
export const ROW_LENGTH = 4;

/**
 * `y` = `x` + generation, for rows of four whole numbers from 0 to `places` - 1. The generation is read from the place of
 * the weights that `x` names, so that many requests look at many parts of them.
 *
 * @param places numbers of the weights, of 4 bytes each
 */
export function generationModel(generation: number, places: number): Uint8Array {
  const weights: TensorDef = {
    name: 'weights',
    type: 'FLOAT',
    shape: [places],
    raw: bytesOf(new Float32Array(places).fill(generation)),
  };
  return encodeModel({
    graph: {
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['place'], attributes: { to: ONNX_TYPE.INT64 } },
        { op: 'Gather', inputs: ['weights', 'place'], outputs: ['generation'] },
        { op: 'Add', inputs: ['x', 'generation'], outputs: ['y'] },
      ],
      initializers: [weights],
      inputs: [tensorInfo('x', 'FP32', ['batch', ROW_LENGTH])],
      outputs: [tensorInfo('y', 'FP32', ['batch', ROW_LENGTH])],
    },
  });
}

/** Puts a generation in the place of a model file, whole at any moment. */
export function replaceGeneration(path: string, generation: number, places: number): void {
  writeFileSync(`${path}.new`, generationModel(generation, places));
  renameSync(`${path}.new`, path);
}

/** What a request got. */
export interface Got {
  readonly version: string;
  readonly values: readonly number[];
}

/** Which generations may have answered it: from the last that is known to serve, to the last that there is. */
export interface Allowed {
  readonly least: number;
  readonly most: number;
  /** The version that a generation must be of. */
  versionOf(generation: number): string;
}

/** The generation that gave an answer, or what is wrong with it. */
export function generationOf(
  sent: readonly number[],
  { version, values }: Got,
  allowed: Allowed,
): number | string {
  const told = values.map((value, i) => value - (sent[i] ?? Number.NaN));
  const [generation = Number.NaN] = told;
  if (values.length !== sent.length)
    return `${sent.length} numbers were sent, and ${values.length} came back`;
  if (told.some((each) => each !== generation)) return `an answer of several generations: ${told.join(', ')}`;
  const { least, most } = allowed;
  if (!(generation >= least && generation <= most))
    return `generation ${generation} answered, where ${least} to ${most} may`;
  const meant = allowed.versionOf(generation);
  return version === meant
    ? generation
    : `generation ${generation} called itself ${version}, and not ${meant}`;
}
