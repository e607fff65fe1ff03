/**
 * Writes FlatBuffer files front to back: every table stands behind its own vtable and before whatever it refers to.
 * Larger than what a real writer makes, and small enough to be seen through.
 */

type Scalar = 'u8' | 'u16' | 'i32' | 'u32' | 'f32' | 'i64';
const WIDTH: Readonly<Record<Scalar, number>> = { u8: 1, u16: 2, i32: 4, u32: 4, f32: 4, i64: 8 };

export type Value =
  | { readonly kind: 'scalar'; readonly type: Scalar; readonly value: number }
  | { readonly kind: 'table'; readonly fields: readonly (Value | null)[] }
  | { readonly kind: 'scalars'; readonly type: Scalar; readonly values: readonly number[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'tables'; readonly values: readonly Value[] };

export const scalar = (type: Scalar, value: number): Value => ({ kind: 'scalar', type, value });
/** A table; null stands for a field that is left out. */
export const table = (...fields: (Value | null)[]): Value => ({ kind: 'table', fields });
export const scalars = (type: Scalar, values: readonly number[]): Value => ({
  kind: 'scalars',
  type,
  values,
});
export const tables = (values: readonly Value[]): Value => ({ kind: 'tables', values });
export const bytes = (value: Uint8Array): Value => ({ kind: 'bytes', bytes: value });
export const text = (value: string): Value => ({ kind: 'bytes', bytes: new TextEncoder().encode(value) });

/** A file whose root is `root`, with the four letters of `identifier` at byte 4. */
export function writeFlatBuffer(identifier: string, root: Value): Uint8Array {
  const out = new Growing();
  out.reserve(8);
  out.bytes.set(new TextEncoder().encode(identifier), 4);
  out.point(0, write(out, root));
  return out.bytes.slice(0, out.length);
}

/** Bytes that grow at their end. */
class Growing {
  bytes = new Uint8Array(1024);
  length = 0;

  get view(): DataView {
    return new DataView(this.bytes.buffer);
  }

  /** Room for `count` zeros at the end; answers where it begins. */
  reserve(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    return at;
  }

  /** Zeros until the byte `ahead` bytes from now stands on a multiple of `width`. */
  align(width: number, ahead = 0): void {
    while ((this.length + ahead) % width !== 0) this.reserve(1);
  }

  put(at: number, type: Scalar, value: number): void {
    const { view } = this;
    if (type === 'u8') view.setUint8(at, value & 255);
    else if (type === 'u16') view.setUint16(at, value, true);
    else if (type === 'f32') view.setFloat32(at, value, true);
    else if (type === 'i64') view.setBigInt64(at, BigInt(value), true);
    else view.setInt32(at, value | 0, true);
  }

  point(from: number, to: number): void {
    this.put(from, 'u32', to - from);
  }
}

/** Writes a value that others refer to; answers its position. */
function write(out: Growing, value: Value): number {
  if (value.kind === 'table') return writeTable(out, value.fields);
  if (value.kind === 'tables') return writeTables(out, value.values);
  if (value.kind === 'bytes') return writeBytes(out, value.bytes);
  if (value.kind === 'scalars') return writeScalars(out, value.type, value.values);
  throw new Error('a scalar has no position of its own');
}

function writeTable(out: Growing, fields: readonly (Value | null)[]): number {
  out.align(8);
  const vtable = out.reserve(4 + 2 * fields.length);
  out.align(8);
  const at = out.reserve(4);
  const references: [from: number, to: Value][] = [];
  fields.forEach((field, i) => {
    if (!field) return;
    const width = field.kind === 'scalar' ? WIDTH[field.type] : 4;
    out.align(width);
    const slot = out.reserve(width);
    out.put(vtable + 4 + 2 * i, 'u16', slot - at);
    if (field.kind === 'scalar') out.put(slot, field.type, field.value);
    else references.push([slot, field]);
  });
  out.put(vtable, 'u16', 4 + 2 * fields.length);
  out.put(vtable + 2, 'u16', out.length - at);
  out.put(at, 'i32', at - vtable);
  for (const [from, to] of references) out.point(from, write(out, to));
  return at;
}

function writeTables(out: Growing, values: readonly Value[]): number {
  out.align(4);
  const at = out.reserve(4 + 4 * values.length);
  out.put(at, 'u32', values.length);
  values.forEach((value, i) => {
    out.point(at + 4 + 4 * i, write(out, value));
  });
  return at;
}

function writeScalars(out: Growing, type: Scalar, values: readonly number[]): number {
  out.align(Math.max(4, WIDTH[type]), 4);
  const at = out.reserve(4 + values.length * WIDTH[type]);
  out.put(at, 'u32', values.length);
  values.forEach((value, i) => {
    out.put(at + 4 + i * WIDTH[type], type, value);
  });
  return at;
}

/** Text and constants alike: aligned as constants must be, and followed by the zero that text must have. */
function writeBytes(out: Growing, value: Uint8Array): number {
  out.align(16, 4);
  const at = out.reserve(4 + value.length + 1);
  out.put(at, 'u32', value.length);
  out.bytes.set(value, at + 4);
  return at;
}
