import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { failureOf } from './failure.js';
import { type Folder, resolveEntry, shownPath } from './resolve-entry.js';
import type { ScanOptions } from './scan-options.js';

/** A file that was found, or what stands in the way of one. */
export type Listed =
  | { readonly path: string; readonly shown: string; readonly real: string; readonly fault: null }
  | { readonly path: string; readonly shown: string; readonly real: null; readonly fault: string };

/**
 * The entries of a folder, by name, without what is hidden: names that begin with a dot belong to the tools that keep
 * a repository (`.git`, the `..data` of Kubernetes), `lost+found` to the file system. Rejects as node:fs does.
 */
export async function entriesOf(folder: Folder): Promise<readonly Dirent[]> {
  const entries = await readdir(folder.real, { withFileTypes: true });
  return entries
    .filter(({ name }) => !name.startsWith('.') && name !== 'lost+found')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All files in and below a folder. What cannot be looked at is listed with its fault; nothing is thrown. */
export async function filesBelow(folder: Folder, options: ScanOptions): Promise<readonly Listed[]> {
  const listing = new Listing(options);
  await listing.add(folder, '', 1);
  return listing.files;
}

class Listing {
  readonly files: Listed[] = [];
  readonly #options: ScanOptions;
  #entries = 0;

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  async add(folder: Folder, prefix: string, depth: number): Promise<void> {
    const { maxDepth, maxEntries, signal } = this.#options;
    signal?.throwIfAborted();
    if (depth > maxDepth) {
      this.#fail(prefix, folder.shown, `${folder.shown} lies more than ${maxDepth} folders deep`);
      return;
    }
    let entries: readonly Dirent[];
    try {
      entries = await entriesOf(folder);
    } catch (thrown) {
      this.#fail(prefix, folder.shown, `the folder ${folder.shown} cannot be read: ${failureOf(thrown)}`);
      return;
    }
    for (const entry of entries) {
      if (this.#entries >= maxEntries) {
        this.#fail(prefix, folder.shown, `there are more than ${maxEntries} files up to ${folder.shown}`);
        return;
      }
      this.#entries++;
      await this.#addEntry(folder, entry, prefix, depth);
    }
  }

  async #addEntry(folder: Folder, entry: Dirent, prefix: string, depth: number): Promise<void> {
    const path = prefix + entry.name;
    const resolved = await resolveEntry(folder, entry);
    if (resolved.kind === 'fault') this.#fail(path, shownPath(folder, entry.name), resolved.fault);
    else if (resolved.kind === 'folder') await this.add(resolved.folder, `${path}/`, depth + 1);
    else this.files.push({ path, shown: resolved.shown, real: resolved.real, fault: null });
  }

  #fail(path: string, shown: string, fault: string): void {
    this.files.push({ path, shown, real: null, fault });
  }
}
