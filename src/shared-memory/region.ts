import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clip } from '#core/clip.js';
import { invalid, messageOf, ServingError } from '#core/errors.js';
import { fileNameOf } from './region-key.js';

/** What a client registers: a part of a shared memory object, under a name of the client's choice. */
export interface RegionStatus {
  readonly name: string;
  /** The object's name, as for `shm_open`. */
  readonly key: string;
  /** Bytes from the object's beginning, at most 2^53 - 1. */
  readonly offset: number;
  /** Bytes, at most 2^53 - 1. */
  readonly byteSize: number;
}

/** One read or write of the system may move so much, and not more than 2^31 - 1 bytes. */
const MAX_STEP_BYTES = 2 ** 30;

/** `readSync` or `writeSync`: how many bytes it moved. */
type Step = (file: number, bytes: Uint8Array, at: number, length: number, position: number) => number;

// Never through a link out of the folder, and never waiting for the other end of a pipe.
const OPEN_FLAGS = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * A registered part of a shared memory object. Its file stays open, so that an object whose name has been removed goes
 * on working, as it does for whoever has it mapped.
 *
 * It is read and written at once, without a promise: these files are memory, and going through the system copies it just
 * as `memcpy` would, but a file that has become shorter is a short read here and a SIGBUS in a mapping. And while bytes
 * are copied, no unregistration can come in between.
 */
export class Region {
  readonly status: RegionStatus;
  /** Null once it is closed: the system may give the number to another file then. */
  #file: number | null;

  private constructor(status: RegionStatus, file: number) {
    this.status = status;
    this.#file = file;
  }

  /**
   * Opens an object of `root`. Throws INVALID_ARGUMENT where there is none that may be read and written, or where it is
   * shorter than the region.
   */
  static open(root: string, status: RegionStatus): Region {
    const file = openFile(root, status);
    try {
      const { name, key, offset, byteSize } = status;
      const stats = fstatSync(file);
      if (!stats.isFile()) throw cannotOpen(key, 'it is not a regular file');
      // Neither sum nor size is computed where a number could not hold it.
      if (offset > stats.size || byteSize > stats.size - offset) {
        throw invalid(
          `failed to register shared memory region '${clip(name)}': invalid args: ${byteSize} bytes from byte ${offset} on reach beyond the end of '${clip(key)}', which has ${stats.size} bytes`,
        );
      }
      return new Region(status, file);
    } catch (thrown) {
      closeSync(file);
      throw thrown;
    }
  }

  /** Throws unless bytes [offset, offset + byteSize) of the region are there now. They must lie within it. */
  check(offset: number, byteSize: number): void {
    const { size } = fstatSync(this.#openFile());
    const end = this.status.offset + offset + byteSize;
    if (byteSize > 0 && size < end) throw this.#shrunk(size, end);
  }

  /** A copy of bytes of the region, in a buffer of its own. Throws INVALID_ARGUMENT where they are not there any more. */
  read(offset: number, byteSize: number): Uint8Array {
    this.check(offset, byteSize);
    const bytes = new Uint8Array(byteSize);
    this.#move(bytes, offset, readSync);
    return bytes;
  }

  /** Throws INVALID_ARGUMENT where the region has become too short, UNAVAILABLE where the host has no memory left. */
  write(offset: number, bytes: Uint8Array): void {
    this.check(offset, bytes.byteLength);
    this.#move(bytes, offset, writeSync);
  }

  /** Whoever still holds the region hears that it is unregistered. */
  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #move(bytes: Uint8Array, offset: number, step: Step): void {
    const file = this.#openFile();
    const start = this.status.offset + offset;
    for (let done = 0; done < bytes.byteLength; ) {
      const length = Math.min(bytes.byteLength - done, MAX_STEP_BYTES);
      const moved = this.#attempt(() => step(file, bytes, done, length, start + done));
      // Between the check and here, another process has cut the file.
      if (moved === 0) throw this.#shrunk(start + done, start + bytes.byteLength);
      done += moved;
    }
  }

  /** A file may be longer than the memory that there is for it. */
  #attempt(step: () => number): number {
    try {
      return step();
    } catch (thrown) {
      throw new ServingError(
        'UNAVAILABLE',
        `shared memory region '${clip(this.status.name)}' cannot be used: ${reasonOf(thrown)}`,
        { cause: thrown },
      );
    }
  }

  #openFile(): number {
    if (this.#file !== null) return this.#file;
    throw new ServingError(
      'NOT_FOUND',
      `Unable to find shared memory region: '${clip(this.status.name)}': it was unregistered while the request was being served`,
    );
  }

  #shrunk(size: number, end: number): ServingError {
    const { name, key } = this.status;
    return invalid(
      `shared memory region '${clip(name)}' has become shorter: '${clip(key)}' has ${size} bytes now, but the tensor needs it up to byte ${end}`,
    );
  }
}

function openFile(root: string, { name, key }: RegionStatus): number {
  try {
    return openSync(join(root, fileNameOf(key, name)), OPEN_FLAGS);
  } catch (thrown) {
    if (thrown instanceof ServingError) throw thrown;
    throw cannotOpen(key, reasonOf(thrown));
  }
}

function cannotOpen(key: string, reason: string): ServingError {
  return invalid(`Unable to open shared memory region: '${clip(key)}': ${reason}`);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such shared memory object on the host of the server',
  EACCES: 'the server may not read and write it',
  ELOOP: 'it is a symbolic link',
  EISDIR: 'it is not a regular file',
  ENXIO: 'it is not a regular file',
  EMFILE: 'the server has too many files open',
  ENOSPC: 'the host has no shared memory left',
};

function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return REASONS[code] ?? messageOf(thrown);
}
