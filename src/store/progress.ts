import type { OnProgress } from './download.js';

/** How far several downloads are together. */
export class Progress {
  readonly #onProgress: OnProgress;
  readonly #total: number | null;
  #bytes = 0;

  /** `sizes` of all of them, null for those that are not known. */
  constructor(sizes: readonly (number | null)[], onProgress: OnProgress) {
    this.#total = sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
    this.#onProgress = onProgress;
  }

  /** What one of them reports to, with the bytes that it has. */
  ofOne(): (bytes: number) => void {
    let had = 0;
    return (bytes) => {
      this.#bytes += bytes - had;
      had = bytes;
      this.#onProgress(this.#bytes, this.#total);
    };
  }
}
