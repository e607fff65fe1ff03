import { oneOf, type Random } from '../support/random.js';

/** What mutators may use beside the input itself. */
export interface Material {
  readonly random: Random;
  /** Another input, to be spliced in. */
  readonly other: Uint8Array;
  /** Words of the format. */
  readonly words: readonly Uint8Array[];
  readonly maxBytes: number;
}

type Mutator = (input: Uint8Array, material: Material) => Uint8Array;

/** The edges of integers, little-endian. */
const EDGES: readonly Uint8Array[] = [
  [0],
  [1],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0x7f],
  [0x00, 0x80],
  [0xff, 0xff],
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0, 0x80],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  // Varints: 2^28, 2^32 - 1, 2^53, 2^63 - 1, -1, and one that does not end.
  [0x80, 0x80, 0x80, 0x80, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
].map((bytes) => Uint8Array.from(bytes));

/** Numbers as texts have them. */
const NUMBERS: readonly Uint8Array[] = [
  '-1',
  '-0',
  '00',
  '1e400',
  '-1e-400',
  '0.1',
  '255',
  '256',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '9223372036854775808',
  '18446744073709551616',
  '1'.repeat(40),
].map((text) => new TextEncoder().encode(text));

const MUTATORS: readonly Mutator[] = [
  flipBit,
  setByte,
  (input, material) => withEdge(input, material, EDGES),
  (input, material) => insert(input, material, oneOf(material.random, NUMBERS)),
  insertByte,
  removeRange,
  removeRange,
  repeatRange,
  moveRange,
  truncate,
  splice,
  insertWord,
  insertWord,
  replaceByWord,
];

/** The input with a few changes, one more often than many. */
export function mutate(input: Uint8Array, material: Material): Uint8Array {
  const { random, maxBytes } = material;
  let changed = input;
  for (let times = 1 + random(3) * random(3); times > 0; times--) {
    changed = oneOf(random, MUTATORS)(changed, material);
  }
  return changed.length > maxBytes ? changed.slice(0, maxBytes) : changed;
}

function flipBit(input: Uint8Array, { random }: Material): Uint8Array {
  if (input.length === 0) return input;
  const changed = input.slice();
  const at = random(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
  return changed;
}

function setByte(input: Uint8Array, { random }: Material): Uint8Array {
  if (input.length === 0) return input;
  const changed = input.slice();
  changed[random(changed.length)] = random(256);
  return changed;
}

/** Writes over what is there: lengths and offsets stand where they stood. */
function withEdge(input: Uint8Array, { random }: Material, edges: readonly Uint8Array[]): Uint8Array {
  const edge = oneOf(random, edges);
  if (input.length < edge.length) return input;
  const changed = input.slice();
  changed.set(edge, random(input.length - edge.length + 1));
  return changed;
}

function insertByte(input: Uint8Array, material: Material): Uint8Array {
  return insert(input, material, Uint8Array.of(material.random(256)));
}

function removeRange(input: Uint8Array, { random }: Material): Uint8Array {
  const [from, to] = rangeOf(input, random);
  return joined(input.subarray(0, from), input.subarray(to));
}

function repeatRange(input: Uint8Array, { random, maxBytes }: Material): Uint8Array {
  const [from, to] = rangeOf(input, random);
  if (to === from) return input;
  // Now and then as often as there is room, which is how depth and quadratic work are found.
  const room = Math.floor((maxBytes - input.length) / (to - from));
  const times = Math.max(0, random(16) === 0 ? room : Math.min(room, 1 + random(4)));
  const repeated = Array.from({ length: times }, () => input.subarray(from, to));
  return joined(input.subarray(0, to), ...repeated, input.subarray(to));
}

function moveRange(input: Uint8Array, material: Material): Uint8Array {
  const [from, to] = rangeOf(input, material.random);
  const rest = joined(input.subarray(0, from), input.subarray(to));
  return insert(rest, material, input.subarray(from, to));
}

function truncate(input: Uint8Array, { random }: Material): Uint8Array {
  return input.slice(0, random(input.length + 1));
}

/** The beginning of one input and the end of another. */
function splice(input: Uint8Array, { random, other }: Material): Uint8Array {
  return joined(input.subarray(0, random(input.length + 1)), other.subarray(random(other.length + 1)));
}

function insertWord(input: Uint8Array, material: Material): Uint8Array {
  const { random, words } = material;
  return words.length === 0 ? input : insert(input, material, oneOf(random, words));
}

function replaceByWord(input: Uint8Array, { random, words }: Material): Uint8Array {
  if (words.length === 0) return input;
  const [from, to] = rangeOf(input, random);
  return joined(input.subarray(0, from), oneOf(random, words), input.subarray(to));
}

function insert(input: Uint8Array, { random }: Material, bytes: Uint8Array): Uint8Array {
  const at = random(input.length + 1);
  return joined(input.subarray(0, at), bytes, input.subarray(at));
}

/** Mostly short. */
function rangeOf(input: Uint8Array, random: Random): readonly [from: number, to: number] {
  const from = random(input.length + 1);
  const length = random(4) === 0 ? random(input.length - from + 1) : random(9);
  return [from, Math.min(input.length, from + length)];
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
