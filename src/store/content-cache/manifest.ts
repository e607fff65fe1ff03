import { createHash } from 'node:crypto';

/** One file of a tree. */
export interface TreeFile {
  /** Below the tree's folder. */
  readonly path: string;
  readonly sha256: string;
  readonly byteLength: number;
}

/** A name for what a tree is made of: the same for the same files, wherever they came from. */
export function treeIdOf(files: readonly TreeFile[]): string {
  const lines = files.map(({ path, sha256, byteLength }) => [path, sha256, byteLength] as const);
  const sorted = lines.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

function isDigest(name: unknown): name is string {
  return typeof name === 'string' && /^[0-9a-f]{64}$/.test(name);
}

/** The contents that a tree's manifest names; nothing where it is damaged. */
export function blobsOfManifest(text: string): readonly string[] {
  try {
    const { files } = JSON.parse(text) as { files: readonly TreeFile[] };
    const names: readonly unknown[] = files.map(({ sha256 }) => sha256);
    return names.every(isDigest) ? names : [];
  } catch {
    return [];
  }
}
