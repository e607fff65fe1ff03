import type { Tensor } from '#tensor/tensor.js';
import type { ResponseStore } from './store.js';

/** A near store before a far one. What is found far away is kept near, too. */
export class LayeredStore implements ResponseStore {
  readonly #near: ResponseStore;
  readonly #far: ResponseStore;

  constructor(near: ResponseStore, far: ResponseStore) {
    this.#near = near;
    this.#far = far;
  }

  async get(key: string): Promise<readonly Tensor[] | null> {
    const near = await this.#near.get(key);
    if (near !== null) return near;
    const far = await this.#far.get(key);
    if (far !== null) this.#near.put(key, far);
    return far;
  }

  put(key: string, outputs: readonly Tensor[]): void {
    this.#near.put(key, outputs);
    this.#far.put(key, outputs);
  }

  async close(): Promise<void> {
    await Promise.all([this.#near.close(), this.#far.close()]);
  }
}
