import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CacheLayout, parseClaimedName } from './layout.js';
import { blobsOfManifest } from './manifest.js';
import type { Occupant } from './removals.js';

/** A tree, as far as room is concerned: it takes none, and keeps its contents from being forgotten. */
export interface KnownTree {
  readonly id: string;
  readonly blobs: readonly string[];
  readonly usedMs: number;
}

export interface Inventory {
  readonly occupants: readonly Occupant[];
  readonly trees: readonly KnownTree[];
}

/** Everything in a cache that takes room. `leases` are the names of what living members use. */
export async function takeInventory(layout: CacheLayout, leases: ReadonlySet<string>): Promise<Inventory> {
  const trees = await knownTrees(layout);
  const usedMs = new Map<string, number>();
  const inUse = new Set<string>();
  for (const tree of trees) {
    for (const sha256 of tree.blobs) {
      usedMs.set(sha256, Math.max(usedMs.get(sha256) ?? 0, tree.usedMs));
      if (leases.has(`tree-${tree.id}`)) inUse.add(sha256);
    }
  }
  const occupants: Occupant[] = [];
  for (const path of await filesBelow(layout.blobs)) {
    const sha256 = basename(path);
    const found = await stat(path).catch(() => null);
    if (found === null) continue;
    occupants.push({
      path,
      byteLength: found.size,
      usedMs: usedMs.get(sha256) ?? found.mtimeMs,
      isInUse: inUse.has(sha256) || leases.has(`blob-${sha256}`),
    });
  }
  occupants.push(...(await freePartials(layout)), ...(await claimedPartials(layout)));
  return { occupants, trees };
}

async function knownTrees(layout: CacheLayout): Promise<readonly KnownTree[]> {
  const trees: KnownTree[] = [];
  for (const path of await filesIn(layout.trees)) {
    const [, id] = /([0-9a-f]{64})\.json$/.exec(path) ?? [];
    const found = id === undefined ? null : await stat(path).catch(() => null);
    if (id === undefined || found === null) continue;
    const blobs = blobsOfManifest(await readFile(path, 'utf8').catch(() => ''));
    trees.push({ id, blobs, usedMs: found.mtimeMs });
  }
  return trees;
}

async function freePartials({ partial }: CacheLayout): Promise<readonly Occupant[]> {
  const occupants: Occupant[] = [];
  for (const path of await filesIn(partial)) {
    const found = await stat(path).catch(() => null);
    if (found !== null) {
      occupants.push({ path, byteLength: found.size, usedMs: found.mtimeMs, isInUse: false });
    }
  }
  return occupants;
}

/** What is being downloaded counts as large as it is going to be. */
async function claimedPartials({ members }: CacheLayout): Promise<readonly Occupant[]> {
  const occupants: Occupant[] = [];
  for (const path of await filesBelow(members)) {
    const claimed = parseClaimedName(basename(path));
    const found = claimed === null ? null : await stat(path).catch(() => null);
    if (claimed === null || found === null) continue;
    const byteLength = Math.max(claimed.byteLength, found.size);
    occupants.push({ path, byteLength, usedMs: found.mtimeMs, isInUse: true });
  }
  return occupants;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
}

/** The files of all folders in a folder. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const lists = await Promise.all((await filesIn(folder)).map(filesIn));
  return lists.flat();
}
