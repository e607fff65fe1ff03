import { importClient } from '#store/import-client.js';
import type { StoreOptions } from '#store/options.js';
import type { StoreRoot } from '#store/store-url.js';
import { GsStore } from './gs-store.js';

const GOOGLE = 'https://storage.googleapis.com';

/**
 * A bucket, through Google's client. Credentials come from where that client looks for them (application default
 * credentials); a server at `STORAGE_EMULATOR_HOST` is asked without. Throws UNAVAILABLE where the client is not installed.
 */
export async function openGsStore(
  { bucket }: Extract<StoreRoot, { scheme: 'gs' }>,
  { anonymous, environment }: Pick<StoreOptions, 'anonymous' | 'environment'>,
): Promise<GsStore> {
  const { Storage } = await importClient(
    'gs',
    '@google-cloud/storage@7',
    () => import('@google-cloud/storage'),
  );
  const emulator = originOf(environment['STORAGE_EMULATOR_HOST'] ?? '');
  const endpoint = emulator ?? (anonymous ? GOOGLE : null);
  const storage = new Storage({
    // Tries are counted in one place, which is not there.
    retryOptions: { autoRetry: false },
    // The client sends no credentials to an endpoint that it was given.
    ...(endpoint === null ? {} : { apiEndpoint: endpoint }),
  });
  // Where the variable is set, the client leaves its own path out.
  if (endpoint !== null) storage.baseUrl = `${endpoint}/storage/v1`;
  return new GsStore(storage, bucket, endpoint !== null);
}

/** `localhost:9023` as well as `http://localhost:9023/`; null where nothing is said. */
export function originOf(host: string): string | null {
  if (host === '') return null;
  return (/^https?:\/\//.test(host) ? host : `http://${host}`).replace(/\/+$/, '');
}
