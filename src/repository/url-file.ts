import { isStoreUrl } from '#store/store-url.js';
import type { Stores } from '#store/stores.js';
import { Leases } from './leases.js';

/** A model file as it is now. */
export interface ModelFileNow {
  /** Absolute, on this host. */
  readonly path: string;
  /** Changes whenever the contents do. */
  readonly state: string;
}

/** Answers where a model file is, and what is in it. Rejects where it cannot be had. */
export type LocateFile = (path: string) => Promise<ModelFileNow>;

/** Files of this host by `stateOf`; those at addresses are fetched when they have changed. */
export function locateFile(stores: Stores, stateOf: (path: string) => Promise<string>): LocateFile {
  const leases = new Leases();
  return async (path) => {
    if (!isStoreUrl(path)) return { path, state: await stateOf(path) };
    const file = await stores.fetchFile(path);
    await leases.keep(path, file);
    return { path: file.path, state: file.revision };
  };
}
