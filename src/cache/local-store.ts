import type { Tensor } from '#tensor/tensor.js';
import { copyTensors } from './copy-tensors.js';
import type { ResponseStore } from './store.js';

/** What an entry and a tensor take beside names and data, roughly: objects, a place in the map, headers of buffers. */
const ENTRY_BYTES = 256;
const TENSOR_BYTES = 256;
const AXIS_BYTES = 8;
/** V8 keeps texts in one byte or two a unit. */
const UNIT_BYTES = 2;

interface Entry {
  readonly outputs: readonly Tensor[];
  readonly bytes: number;
}

/**
 * Keeps answers in the memory of this process, up to so many bytes; those that were not asked for the longest go first.
 * An answer that is larger than all of it is not kept. Every operation takes the same time, however many there are.
 */
export class LocalStore implements ResponseStore {
  readonly #maxBytes: number;
  /** A Map keeps the order of insertion: what was used last stands last. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is held, keys and overhead included. */
  get byteLength(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Promise<readonly Tensor[] | null> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return Promise.resolve(null);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return Promise.resolve(copyTensors(entry.outputs));
  }

  put(key: string, outputs: readonly Tensor[]): void {
    const bytes = bytesOfEntry(key, outputs);
    if (bytes > this.#maxBytes) return;
    this.#forget(key);
    this.#entries.set(key, { outputs: copyTensors(outputs), bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#forget(oldest);
    }
  }

  close(): Promise<void> {
    this.#entries.clear();
    this.#bytes = 0;
    return Promise.resolve();
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

/** What an answer takes of a store's bytes. */
export function bytesOfEntry(key: string, outputs: readonly Tensor[]): number {
  return outputs.reduce(
    (sum, { name, shape, data }) =>
      sum + TENSOR_BYTES + name.length * UNIT_BYTES + shape.length * AXIS_BYTES + data.byteLength,
    ENTRY_BYTES + key.length * UNIT_BYTES,
  );
}
