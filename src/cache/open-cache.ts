import type { Clock } from '#core/clock.js';
import { LayeredStore } from './layered-store.js';
import { LocalStore } from './local-store.js';
import type { CacheOptions } from './options.js';
import type { ResponseStore } from './store.js';

/**
 * The store that the options ask for: this process' memory before Redis. Null where they ask for neither. What Redis
 * needs is loaded only where it is asked for.
 */
export async function openCache(
  { localBytes, redis }: CacheOptions,
  clock: Clock,
): Promise<ResponseStore | null> {
  const local = localBytes > 0 ? new LocalStore(localBytes) : null;
  if (redis === null) return local;
  const { openRedisStore } = await import('#cache/redis/open-redis-store.js');
  const far = await openRedisStore(redis, clock);
  return local === null ? far : new LayeredStore(local, far);
}
