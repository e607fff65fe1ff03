import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { checkByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, isDataType } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/**
 * An answer as bytes, for stores outside of this process. All numbers are little-endian, all texts UTF-8.
 *
 *   "FSRC" | form: uint32 | SHA-256 of the key and of what follows: 32 bytes
 *   tensors: uint32, and for each: name, datatype, rank: uint32, each axis: float64, data
 *   a name, a datatype, data: length: uint32 | bytes
 *
 * The checksum finds damage and entries in a wrong place. It does not find forgery: who can write to the store can answer.
 */
const MAGIC = Buffer.of(0x46, 0x53, 0x52, 0x43);
const FORM = 1;
const DIGEST_AT = MAGIC.length + 4;
const BODY_AT = DIGEST_AT + 32;

/** Tensors of 4 GiB and more are nothing that a store outside would take. */
export function encodeEntry(key: string, outputs: readonly Tensor[]): Buffer {
  const body = Buffer.concat([uint32(outputs.length), ...outputs.flatMap(piecesOf)]);
  return Buffer.concat([MAGIC, uint32(FORM), digestOf(key, body), body]);
}

/** The answer, with bytes of its own; null where these bytes are not an answer to this key. */
export function decodeEntry(key: string, bytes: Uint8Array): readonly Tensor[] | null {
  const entry = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.length < BODY_AT || !entry.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  if (entry.readUInt32LE(MAGIC.length) !== FORM) return null;
  const body = entry.subarray(BODY_AT);
  if (!entry.subarray(DIGEST_AT, BODY_AT).equals(digestOf(key, body))) return null;
  try {
    return readTensors(new Reader(body));
  } catch {
    // Whole, and still no answer: something else wrote it.
    return null;
  }
}

function digestOf(key: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(key).update(body).digest();
}

function piecesOf({ name, datatype, shape, data }: Tensor): readonly Uint8Array[] {
  const axes = Buffer.alloc(shape.length * 8);
  shape.forEach((axis, i) => void axes.writeDoubleLE(axis, i * 8));
  return [
    ...sized(Buffer.from(name)),
    ...sized(Buffer.from(datatype)),
    uint32(shape.length),
    axes,
    ...sized(data),
  ];
}

function sized(bytes: Uint8Array): readonly Uint8Array[] {
  return [uint32(bytes.byteLength), bytes];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function readTensors(reader: Reader): readonly Tensor[] | null {
  const tensors: Tensor[] = [];
  for (let left = reader.uint32(); left > 0; left--) {
    const name = reader.sized().toString();
    const datatype = reader.sized().toString();
    const shape: number[] = [];
    for (let axes = reader.uint32(); axes > 0; axes--) shape.push(reader.float64());
    const data = new Uint8Array(reader.sized());
    if (!isDataType(datatype)) return null;
    const count = elementCount(shape);
    if (!Number.isSafeInteger(count) || !shape.every(Number.isSafeInteger)) return null;
    if (datatype === 'BYTES') checkByteStrings(data, count, `output '${name}'`);
    else if (data.byteLength !== DATATYPE_BYTES[datatype] * count) return null;
    tensors.push({ name, datatype, shape, data });
  }
  return reader.isAtEnd ? tensors : null;
}

/** Reads forwards. Throws RangeError beyond the end. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint32(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  float64(): number {
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  sized(): Buffer {
    const length = this.uint32();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the entry ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
