import { type DeviceFile, filesMeet } from './npu.js';

/** Who holds which NPU devices in this process. */
export class Occupancy {
  readonly #held = new Map<DeviceFile, string>();

  /** The holder of any PE of a file, or null. */
  holderOf(file: DeviceFile): string | null {
    for (const [held, holder] of this.#held) if (filesMeet(held, file)) return holder;
    return null;
  }

  /** Notes that `holder` has these files, and answers the function that gives them back (once; again is nothing). */
  take(files: readonly DeviceFile[], holder: string): () => void {
    // A key of its own for every taking: giving back twice must not give back what the next holder took.
    const keys = files.map((file) => ({ ...file }));
    for (const key of keys) this.#held.set(key, holder);
    return () => {
      for (const key of keys) this.#held.delete(key);
    };
  }
}
