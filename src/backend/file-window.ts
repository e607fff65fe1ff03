import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A stretch of a file: [start, end). */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Random access to a file of any size through one small window: what is not asked for is not read. */
export class FileWindow {
  readonly size: number;
  readonly #fd: number;
  readonly #window = new Uint8Array(64 * 1024);
  #start = 0;
  #length = 0;

  /** Throws what node:fs throws. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.size = fstatSync(this.#fd).size;
  }

  /** The byte at an offset before the end. */
  byteAt(offset: number): number {
    if (offset < this.#start || offset >= this.#start + this.#length) this.#fill(offset);
    return this.#window[offset - this.#start] ?? 0;
  }

  /** A copy of a stretch; shorter where the file ends before it. */
  bytes({ start, end }: Range): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, Math.min(end, this.size) - start));
    if (start >= this.#start && start + bytes.length <= this.#start + this.#length) {
      const from = start - this.#start;
      bytes.set(this.#window.subarray(from, from + bytes.length));
      return bytes;
    }
    return bytes.subarray(0, this.#read(bytes, start));
  }

  close(): void {
    closeSync(this.#fd);
  }

  #fill(offset: number): void {
    this.#start = offset;
    this.#length = this.#read(this.#window, offset);
  }

  #read(into: Uint8Array, position: number): number {
    let done = 0;
    while (done < into.length) {
      const count = readSync(this.#fd, into, done, into.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}
