import { createHash } from 'node:crypto';
import type { ConfiguredVersion, OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import { PLAIN_TRAFFIC } from '#lifecycle/traffic.js';
import { EVERY_VERSION } from '#lifecycle/version-policy.js';

/** Tells the contents of a model's files now; changes whenever they do. Rejects where they cannot be read. */
export type ReadState = (path: string) => Promise<string>;

/** The models of a list, each with all versions that the list has of it. Files that cannot be read are the loading's concern. */
export async function offeredModels(
  configured: readonly ConfiguredVersion[],
  readState: ReadState,
): Promise<readonly OfferedModel[]> {
  const offers = await Promise.all(configured.map((version) => withRevision(version, readState)));
  const byName = new Map<string, OfferedVersion[]>();
  for (const offer of offers) byName.set(offer.name, [...(byName.get(offer.name) ?? []), offer]);
  return [...byName].map(([name, versions]) => ({
    name,
    versions,
    policy: EVERY_VERSION,
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source: 'the configuration',
    fault: null,
  }));
}

async function withRevision(configured: ConfiguredVersion, readState: ReadState): Promise<OfferedVersion> {
  const state = configured.path === '' ? '' : await readState(configured.path).catch(() => 'unreadable');
  const revision = createHash('sha256')
    .update(JSON.stringify([configured, state]))
    .digest('hex');
  return { ...configured, revision };
}
