import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in a folder, as far down as a model repository goes. */
export interface MountedFolder {
  /** Without hidden ones, in the order of their names. */
  readonly files: readonly string[];
  /** By name. Those that lie too deep to matter are empty. */
  readonly folders: ReadonlyMap<string, MountedFolder>;
}

/** What lies at a path. A file is one whatever it holds. */
export type Mounted = MountedFolder | 'file' | null;

/** The repository, a model, a version, and a model that is a folder. */
const MAX_DEPTH = 4;

/** Looks at what is mounted at a path; null where there is nothing. Throws what the file system says against looking. */
export function lookAt(path: string, depth: number = MAX_DEPTH): Mounted {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() ? folderAt(path, depth) : 'file';
}

function folderAt(path: string, depth: number): MountedFolder {
  const files: string[] = [];
  const folders = new Map<string, MountedFolder>();
  // Hidden ones belong to tools: Kubernetes keeps `..data` beside the links of a mounted ConfigMap.
  const names = depth === 0 ? [] : readdirSync(path).filter((name) => !name.startsWith('.'));
  for (const name of names.sort()) {
    const entry = lookAt(join(path, name), depth - 1);
    if (entry === 'file') files.push(name);
    else if (entry !== null) folders.set(name, entry);
  }
  return { files, folders };
}
