import type { DataType } from './datatype.js';

/**
 * A named tensor: row-major little-endian bytes from socket to session.
 *
 * Whoever submits a tensor gives its bytes away, with the buffer that they lie in: they may be moved to another thread,
 * after which every view of that buffer is empty, and the memory may be used again for something else. A tensor that is
 * less than half of its buffer is copied instead.
 */
export interface Tensor {
  readonly name: string;
  readonly datatype: DataType;
  /** Concrete: no negative axis. Empty for a scalar. */
  readonly shape: readonly number[];
  /** Exactly `elementCount(shape)` elements. BYTES elements are prefixed by their length (uint32, little-endian). */
  readonly data: Uint8Array;
}
