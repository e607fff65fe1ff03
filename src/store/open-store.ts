import type { ObjectStore } from './object-store.js';
import type { StoreOptions } from './options.js';
import type { StoreRoot } from './store-url.js';

/** The store behind a URL. What a vendor's client needs is loaded only where a URL asks for it. */
export async function openStore(root: StoreRoot, options: StoreOptions): Promise<ObjectStore> {
  switch (root.scheme) {
    case 'https': {
      const { HttpsStore } = await import('#store/https/https-store.js');
      return new HttpsStore(root);
    }
    case 's3': {
      const { openS3Store } = await import('#store/s3/open-s3-store.js');
      return await openS3Store(root, options);
    }
    case 'gs': {
      const { openGsStore } = await import('#store/gs/open-gs-store.js');
      return await openGsStore(root, options);
    }
    case 'hf': {
      const { openHfStore } = await import('#store/hf/open-hf-store.js');
      return await openHfStore(root, options);
    }
  }
}
