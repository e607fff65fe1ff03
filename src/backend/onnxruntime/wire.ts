import type { FileWindow, Range } from '#backend/file-window.js';

/** A field of a protobuf message, where it lies in the file. What it holds is read when it is asked for. */
export interface Field {
  readonly number: number;
  readonly kind: 'varint' | 'fixed' | 'bytes';
  /** Of a varint, as a signed 64-bit number (beyond 2^53, rounded); else 0. */
  readonly value: number;
  /** Where the payload lies. */
  readonly range: Range;
}

/** The bytes are no protobuf message, or one that is cut off. */
export class WireError extends Error {
  /** How many bytes the file would need to have more, where that is what is wrong; else 0. */
  readonly missingBytes: number;

  constructor(message: string, missingBytes = 0) {
    super(message);
    this.missingBytes = missingBytes;
  }
}

/**
 * The fields of the message in `range`, in the order of the file. Payloads are skipped, not read.
 * Source: protobuf.dev, "Encoding". Throws WireError.
 */
export function* fieldsOf(file: FileWindow, range: Range): Generator<Field> {
  let at = range.start;
  while (at < range.end) {
    const field = fieldAt(file, at, range.end);
    yield field;
    at = field.range.end;
  }
}

function fieldAt(file: FileWindow, at: number, end: number): Field {
  const [tag, start] = readVarint(file, at, end);
  const number = Math.floor(tag / 8);
  if (number < 1) throw new WireError(`there is no field ${number} (at byte ${at})`);
  const payload = (kind: Field['kind'], from: number, length: number): Field => {
    if (length >= 0 && from + length <= end) {
      return { number, kind, value: 0, range: { start: from, end: from + length } };
    }
    throw new WireError(
      `field ${number} ends behind its message (at byte ${at})`,
      Math.max(0, from + length - file.size),
    );
  };
  switch (tag % 8) {
    case 0: {
      const [value, next] = readVarint(file, start, end);
      return { number, kind: 'varint', value, range: { start, end: next } };
    }
    case 1:
      return payload('fixed', start, 8);
    case 2: {
      const [length, from] = readVarint(file, start, end);
      return payload('bytes', from, length);
    }
    case 5:
      return payload('fixed', start, 4);
    default:
      throw new WireError(`field ${number} has no known wire type (at byte ${at})`);
  }
}

/** All varints of a packed field, or the one of an unpacked one. */
export function varintsOf(file: FileWindow, field: Field): readonly number[] {
  if (field.kind === 'varint') return [field.value];
  const values: number[] = [];
  let at = field.range.start;
  while (at < field.range.end) {
    const [value, next] = readVarint(file, at, field.range.end);
    values.push(value);
    at = next;
  }
  return values;
}

/** A text, cut where it is longer than any name: metadata can hold whole vocabularies. */
export function textOf(file: FileWindow, { range: { start, end } }: Field): string {
  const isLong = end - start > MAX_TEXT_BYTES;
  const text = decoder.decode(file.bytes({ start, end: isLong ? start + MAX_TEXT_BYTES : end }));
  return isLong ? `${text}…` : text;
}

const MAX_TEXT_BYTES = 64 * 1024;
const decoder = new TextDecoder();

/** A varint and the offset behind it. */
function readVarint(file: FileWindow, start: number, end: number): [value: number, next: number] {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    if (start + i >= end) throw new WireError(`a number is cut off at byte ${end}`, end >= file.size ? 1 : 0);
    const byte = file.byteAt(start + i);
    if (i < 7 && byte < 128) return [Number(value) + byte * 2 ** (7 * i), start + i + 1];
    value |= BigInt(byte & 127) << BigInt(7 * i);
    if (byte < 128) return [Number(BigInt.asIntN(64, value)), start + i + 1];
  }
  throw new WireError(`a number has more than ten bytes (at byte ${start})`);
}
