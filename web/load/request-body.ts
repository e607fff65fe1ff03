import { byteLength, type Fill, writeElements } from './elements.js';

/** An input as the metadata tells it; -1 stands for any length. */
export interface LoadInput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** A request in the protocol's binary form: JSON, and the bytes of all inputs behind it. */
export interface RequestBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For `Inference-Header-Content-Length`. */
  readonly headerLength: number;
}

/** An axis whose length is free, and for which inputs. The first axis of all inputs is one: the rows of a request. */
export interface FreeAxis {
  readonly key: string;
  /** Null for the rows of a request. */
  readonly place: { readonly input: string; readonly axis: number } | null;
}

export function freeAxes(inputs: readonly LoadInput[]): readonly FreeAxis[] {
  const haveRows = inputs.length > 0 && inputs.every(({ shape }) => shape[0] === -1);
  const others = inputs.flatMap(({ name, shape }) =>
    shape.flatMap((length, axis) =>
      length === -1 && !(haveRows && axis === 0)
        ? [{ key: keyOf(name, axis), place: { input: name, axis } }]
        : [],
    ),
  );
  return haveRows ? [{ key: ROWS, place: null }, ...others] : others;
}

/** The shapes with the lengths that were chosen, 1 where none was. */
export function shapesWith(
  inputs: readonly LoadInput[],
  lengths: ReadonlyMap<string, number>,
): readonly LoadInput[] {
  const haveRows = freeAxes(inputs).some(({ place }) => place === null);
  return inputs.map((input) => ({
    ...input,
    shape: input.shape.map((length, axis) =>
      length === -1 ? (lengths.get(haveRows && axis === 0 ? ROWS : keyOf(input.name, axis)) ?? 1) : length,
    ),
  }));
}

/** How many bytes the tensors have; null where a datatype is not known. */
export function tensorBytes(inputs: readonly LoadInput[], fill: Fill): number | null {
  let sum = 0;
  for (const { datatype, shape } of inputs) {
    const size = byteLength(datatype, elementsOf(shape), fill);
    if (size === null) return null;
    sum += size;
  }
  return sum;
}

/**
 * One request. Its answer is asked for in binary form, too, so that the time is that of the model and not of writing numbers.
 *
 * @param inputs of known datatypes, without free axes
 */
export function requestBody(inputs: readonly LoadInput[], fill: Fill, random: () => number): RequestBody {
  const sizes = inputs.map(({ datatype, shape }) => byteLength(datatype, elementsOf(shape), fill) ?? 0);
  const header = new TextEncoder().encode(
    JSON.stringify({
      inputs: inputs.map(({ name, datatype, shape }, at) => ({
        name,
        shape,
        datatype,
        parameters: { binary_data_size: sizes[at] },
      })),
      parameters: { binary_data_output: true },
    }),
  );
  const bytes = new Uint8Array(header.length + sizes.reduce((sum, size) => sum + size, 0));
  bytes.set(header);
  let offset = header.length;
  for (const [at, { datatype }] of inputs.entries()) {
    const size = sizes[at] ?? 0;
    writeElements(datatype, bytes.subarray(offset, offset + size), fill, random);
    offset += size;
  }
  return { bytes, headerLength: header.length };
}

const ROWS = 'rows';

function keyOf(input: string, axis: number): string {
  return JSON.stringify([input, axis]);
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
