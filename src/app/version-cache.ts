import type { ResponseStore } from '#cache/store.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import type { VersionCache } from '#lifecycle/pipeline.js';
import { fileStateOf, fingerprintOf, type RunFacts } from './fingerprint.js';

const log = loggerOf('app::cache');

/** Says, once the model is loaded, where its answers are kept. Never rejects: a model can serve without that. */
export type FinishCache = (facts: RunFacts) => Promise<VersionCache | null>;

/**
 * To be called before a version is loaded: the answers of one file must not be kept as another's, so a file that is
 * replaced meanwhile is noticed.
 *
 * @param store null where the server keeps no answers
 */
export async function beginCache(
  offer: ConfiguredVersion,
  store: ResponseStore | null,
): Promise<FinishCache> {
  const { name, version, path, isCached } = offer;
  if (!isCached) return async () => null;
  const without = (reason: string): null => {
    log.warn(`the answers of model '${name}' version ${version} are not kept: ${reason}`);
    return null;
  };
  if (store === null) return async () => without('the server has no cache');
  if (path === '') return async () => without('it has no file of its own');
  const before = await fileStateOf(path);
  return async (facts) => {
    try {
      const fingerprint = await fingerprintOf(path, offer, facts);
      return (await fileStateOf(path)) === before
        ? { store, fingerprint }
        : without('its file changed while it was loaded');
    } catch (thrown) {
      return without(messageOf(thrown));
    }
  };
}
