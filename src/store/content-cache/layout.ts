import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** How the folder of a cache is laid out. Everything in it is safe to delete while no server runs. */
export class CacheLayout {
  readonly folder: string;
  /** Whole contents, each under its SHA-256. */
  readonly blobs: string;
  /** Which contents an object of a store has. */
  readonly index: string;
  /** Folders that look like what they came from; `<id>.json` beside each says what it is made of. */
  readonly trees: string;
  /** Downloads that ended before their time and that nobody goes on with. */
  readonly partial: string;
  /** A folder for each process: that it lives, what it uses, what it is about to download. */
  readonly members: string;
  readonly locks: string;

  constructor(folder: string) {
    this.folder = folder;
    this.blobs = join(folder, 'blobs', 'sha256');
    this.index = join(folder, 'index');
    this.trees = join(folder, 'trees');
    this.partial = join(folder, 'partial');
    this.members = join(folder, 'members');
    this.locks = join(folder, 'locks');
  }

  blob(sha256: string): string {
    return join(this.blobs, sha256.slice(0, 2), sha256);
  }

  indexEntry(objectId: string): string {
    return join(this.index, objectId.slice(0, 2), `${objectId}.json`);
  }

  tree(treeId: string): string {
    return join(this.trees, treeId);
  }

  treeManifest(treeId: string): string {
    return join(this.trees, `${treeId}.json`);
  }

  freePartial(objectId: string): string {
    return join(this.partial, `${objectId}.part`);
  }

  lock(name: string): string {
    return join(this.locks, `${name}.lock`);
  }

  member(nonce: string): string {
    return join(this.members, nonce);
  }
}

/** A name for a version of an object: nothing of what it is made of can be read from it. */
export function objectIdOf(root: string, key: string, version: string, byteLength: number | null): string {
  return createHash('sha256')
    .update(JSON.stringify([root, key, version, byteLength]))
    .digest('hex');
}

/** `<object>.<bytes>.part`: how a member calls a download, with the room it is to take. */
export function claimedName(objectId: string, byteLength: number): string {
  return `${objectId}.${byteLength}.part`;
}

export function parseClaimedName(
  name: string,
): { readonly objectId: string; readonly byteLength: number } | null {
  const [, objectId, bytes] = /^([0-9a-f]{64})\.(\d+)\.part$/.exec(name) ?? [];
  return objectId === undefined ? null : { objectId, byteLength: Number(bytes) };
}
