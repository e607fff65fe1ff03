import { createHash } from 'node:crypto';
import type { ConfiguredVersion, OfferedModel, OfferedVersion } from '#lifecycle/offer.js';
import { modelOfRoles } from './roles.js';

/** Tells the contents of a model's files now; changes whenever they do. Rejects where they cannot be read. */
export type ReadState = (path: string) => Promise<string>;

/** The models of a list, each with all versions that the list has of it. Files that cannot be read are the loading's concern. */
export async function offeredModels(
  configured: readonly ConfiguredVersion[],
  readState: ReadState,
): Promise<readonly OfferedModel[]> {
  const byName = new Map<string, ConfiguredVersion[]>();
  for (const each of configured) byName.set(each.name, [...(byName.get(each.name) ?? []), each]);
  const models = [...byName].map(async ([name, listed]) => ({
    name,
    versions: await Promise.all(listed.map((version) => withRevision(version, readState))),
    ...modelOfRoles(listed),
    source: 'the configuration',
    fault: null,
  }));
  return Promise.all(models);
}

/** The role is left behind: what concerns the model as a whole is nothing that is loaded. */
async function withRevision(
  { role: _, ...configured }: ConfiguredVersion,
  readState: ReadState,
): Promise<OfferedVersion> {
  const state = configured.path === '' ? '' : await readState(configured.path).catch(() => 'unreadable');
  const revision = createHash('sha256')
    .update(JSON.stringify([configured, state]))
    .digest('hex');
  return { ...configured, revision };
}
