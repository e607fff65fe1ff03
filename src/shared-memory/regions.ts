import { Buffer } from 'node:buffer';
import { clip } from '#core/clip.js';
import { invalid, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { Region, type RegionStatus } from './region.js';

const log = loggerOf('shared_memory');

/** Where POSIX shared memory objects are files. */
export const SHARED_MEMORY_ROOT = '/dev/shm';

/** Each region holds a file open. */
export const MAX_REGIONS = 1024;

/** Names are kept, and come back in every status. */
const MAX_NAME_BYTES = 255;

export interface SharedMemoryOptions {
  /** The folder of the objects; `/dev/shm`. */
  readonly root: string;
  /** Bytes that one request may have in shared memory, all its inputs together: they are copied. */
  readonly maxRequestBytes: number;
}

/** A part of a region, as a request claims it. Nothing of it is checked. */
export interface WindowClaim {
  readonly region: string;
  /** Bytes from the beginning of the region, not negative. */
  readonly offset: number | bigint;
  /** Bytes, not negative. */
  readonly byteSize: number | bigint;
}

/** A part of a region that is registered. It stays with that region, also when another one gets its name. */
export interface SharedWindow {
  readonly region: string;
  readonly offset: number;
  readonly byteSize: number;
  /**
   * All of its bytes, in a buffer of their own that may be given away. Throws INVALID_ARGUMENT where the region has become
   * too short, NOT_FOUND where it has been unregistered.
   */
  read(): Uint8Array;
  /** Throws what `write` would for so many bytes, which must not be more than the window has. */
  check(byteSize: number): void;
  /** Writes bytes, not more than the window has, to its beginning. Throws like `read`. */
  write(bytes: Uint8Array): void;
}

/** The parts of shared memory that clients have registered for their tensors (Triton's `system_shared_memory`). */
export class SharedMemoryRegions {
  readonly #options: SharedMemoryOptions;
  readonly #regions = new Map<string, Region>();

  constructor(options: SharedMemoryOptions) {
    this.#options = options;
  }

  get maxRequestBytes(): number {
    return this.#options.maxRequestBytes;
  }

  /**
   * Throws, in Triton's words, ALREADY_EXISTS for a name that is taken, INVALID_ARGUMENT for an object that is not there or
   * is too short; OVERLOADED where there are too many regions.
   */
  register(status: RegionStatus): void {
    const { name, key, offset, byteSize } = status;
    if (name === '') throw invalid("'name' is missing");
    if (Buffer.byteLength(name) > MAX_NAME_BYTES)
      throw invalid(`the name of a shared memory region may have ${MAX_NAME_BYTES} bytes at most`);
    if (this.#regions.has(name)) {
      throw new ServingError(
        'ALREADY_EXISTS',
        `shared memory region '${clip(name)}' already in manager: unregister it first`,
      );
    }
    if (byteSize === 0)
      throw invalid(
        `failed to register shared memory region '${clip(name)}': invalid args: 'byte_size' must be at least 1, but is 0`,
      );
    if (this.#regions.size === MAX_REGIONS) {
      throw new ServingError(
        'OVERLOADED',
        `${MAX_REGIONS} shared memory regions are registered, the most this server takes: unregister those that are not needed`,
      );
    }
    this.#regions.set(name, Region.open(this.#options.root, status));
    log.debug(`registered '${name}': ${byteSize} bytes of ${key} from byte ${offset} on`);
  }

  /** Forgets a region, or all of them (null). A name that is not registered is no error. */
  unregister(name: string | null): void {
    for (const each of name === null ? [...this.#regions.keys()] : [name]) {
      this.#regions.get(each)?.close();
      if (this.#regions.delete(each)) log.debug(`unregistered '${each}'`);
    }
  }

  /** One region, or all of them (null), in the order of registration. Throws NOT_FOUND, in Triton's words. */
  status(name: string | null): readonly RegionStatus[] {
    if (name === null) return [...this.#regions.values()].map(({ status }) => status);
    const region = this.#regions.get(name);
    if (region !== undefined) return [region.status];
    throw new ServingError('NOT_FOUND', `Unable to find system shared memory region: '${clip(name)}'`);
  }

  /**
   * The window that a request claims. Throws NOT_FOUND for a region that is not registered, INVALID_ARGUMENT for a window
   * that is not inside of it; both in Triton's words.
   */
  window({ region: name, offset, byteSize }: WindowClaim): SharedWindow {
    const region = this.#regions.get(name);
    if (region === undefined)
      throw new ServingError('NOT_FOUND', `Unable to find shared memory region: '${clip(name)}'`);
    const { byteSize: size } = region.status;
    if (offset > size) {
      throw invalid(
        `Invalid offset for shared memory region: '${clip(name)}': ${offset} is beyond its ${size} bytes`,
      );
    }
    // Not as a sum, which might be more than a number holds.
    const from = Number(offset);
    if (byteSize > size - from) {
      throw invalid(
        `Invalid offset + byte size for shared memory region: '${clip(name)}': ${byteSize} bytes from byte ${offset} on reach beyond its ${size} bytes`,
      );
    }
    return windowOf(region, from, Number(byteSize));
  }
}

function windowOf(region: Region, offset: number, byteSize: number): SharedWindow {
  return {
    region: region.status.name,
    offset,
    byteSize,
    read: () => region.read(offset, byteSize),
    check: (size) => region.check(offset, size),
    write: (bytes) => region.write(offset, bytes),
  };
}
