import { invalid } from '#core/errors.js';

/**
 * Reads a FlatBuffer file that nobody vouches for. Every offset is checked against the file, and the elements read in
 * all are bounded, so that a file whose parts refer to each other over and over ends too. Whatever is wrong is an
 * INVALID_ARGUMENT.
 * Source: FlatBuffers, "Internals" (https://flatbuffers.dev/internals/).
 */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #elementsLeft: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // An element of an honest file is a byte of it at least; writers share a part now and then, hence the factor.
    this.#elementsLeft = 4 * bytes.byteLength;
  }

  /** The four letters at byte 4 that name the format. */
  identifier(): string {
    this.check(0, 8, 'the head');
    return String.fromCharCode(...this.bytes.subarray(4, 8));
  }

  root(): Table {
    return new Table(this, this.follow(0, 'the root'));
  }

  /** Throws unless `count` bytes stand at `at`. */
  check(at: number, count: number, what: string): void {
    if (at >= 0 && at + count <= this.bytes.byteLength) return;
    throw damaged(`${what} at byte ${at} does not fit into its ${this.bytes.byteLength} bytes`);
  }

  /** The position that the offset at `at` points to. */
  follow(at: number, what: string): number {
    this.check(at, 4, what);
    const target = at + this.view.getUint32(at, true);
    this.check(target, 4, what);
    return target;
  }

  /** Where the elements of the vector at `at` begin, and how many there are. */
  vector(at: number, width: number, what: string): { readonly start: number; readonly count: number } {
    const count = this.view.getUint32(at, true);
    this.check(at + 4, count * width, what);
    return { start: at + 4, count };
  }

  /** Accounts for elements that are about to be read. */
  spend(count: number): void {
    this.#elementsLeft -= count;
    if (this.#elementsLeft < 0) throw damaged('its parts refer to each other over and over');
  }
}

/** A table: fields by their number in the schema, each of which may be absent. */
export class Table {
  readonly #file: FlatBuffer;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableBytes: number;
  readonly #bytes: number;

  constructor(file: FlatBuffer, at: number) {
    file.spend(1);
    file.check(at, 4, 'a table');
    const vtable = at - file.view.getInt32(at, true);
    file.check(vtable, 4, 'the layout of a table');
    this.#file = file;
    this.#at = at;
    this.#vtable = vtable;
    this.#vtableBytes = file.view.getUint16(vtable, true);
    this.#bytes = file.view.getUint16(vtable + 2, true);
    file.check(vtable, this.#vtableBytes, 'the layout of a table');
    file.check(at, this.#bytes, 'a table');
  }

  /** Whether the field is there. */
  has(field: number): boolean {
    return this.#slot(field, 1) !== null;
  }

  u8(field: number, absent = 0): number {
    const at = this.#slot(field, 1);
    return at === null ? absent : this.#file.view.getUint8(at);
  }

  i32(field: number, absent = 0): number {
    const at = this.#slot(field, 4);
    return at === null ? absent : this.#file.view.getInt32(at, true);
  }

  u32(field: number, absent = 0): number {
    const at = this.#slot(field, 4);
    return at === null ? absent : this.#file.view.getUint32(at, true);
  }

  /** A 64-bit size or position; beyond 2^53 it is not exact, and far beyond any file. */
  u64(field: number): number {
    const at = this.#slot(field, 8);
    return at === null ? 0 : Number(this.#file.view.getBigUint64(at, true));
  }

  /** Empty where absent. Bytes that are no UTF-8 become U+FFFD. */
  string(field: number): string {
    const bytes = this.bytes(field);
    this.#file.spend(bytes.length);
    return new TextDecoder().decode(bytes);
  }

  /** A vector of bytes as a view of the file; empty where absent. */
  bytes(field: number): Uint8Array {
    const vector = this.#vector(field, 1);
    return this.#file.bytes.subarray(vector.start, vector.start + vector.count);
  }

  tables(field: number): readonly Table[] {
    return this.#elements(field, 4, (at) => new Table(this.#file, this.#file.follow(at, 'a table')));
  }

  table(field: number): Table | null {
    const at = this.#slot(field, 4);
    return at === null ? null : new Table(this.#file, this.#file.follow(at, 'a table'));
  }

  i32s(field: number): readonly number[] {
    return this.#elements(field, 4, (at) => this.#file.view.getInt32(at, true));
  }

  f32s(field: number): readonly number[] {
    return this.#elements(field, 4, (at) => this.#file.view.getFloat32(at, true));
  }

  i64s(field: number): readonly number[] {
    return this.#elements(field, 8, (at) => Number(this.#file.view.getBigInt64(at, true)));
  }

  #elements<T>(field: number, width: number, read: (at: number) => T): readonly T[] {
    const { start, count } = this.#vector(field, width);
    this.#file.spend(count);
    return Array.from({ length: count }, (_, i) => read(start + i * width));
  }

  #vector(field: number, width: number): { readonly start: number; readonly count: number } {
    const at = this.#slot(field, 4);
    if (at === null) return { start: 0, count: 0 };
    return this.#file.vector(this.#file.follow(at, 'a vector'), width, 'a vector');
  }

  /** Where the field stands, or null where it is absent. */
  #slot(field: number, width: number): number | null {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#vtableBytes) return null;
    const offset = this.#file.view.getUint16(this.#vtable + entry, true);
    if (offset === 0) return null;
    if (offset + width > this.#bytes)
      throw damaged(`a field of the table at byte ${this.#at} lies beyond it`);
    return this.#at + offset;
  }
}

function damaged(reason: string): Error {
  return invalid(`the TFLite file is damaged or cut off: ${reason}`);
}
