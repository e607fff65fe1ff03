import type { Dirent, Stats } from 'node:fs';
import { readlink, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { failureOf } from './failure.js';

/** A folder that is being looked at. */
export interface Folder {
  /** Absolute, without links. */
  readonly real: string;
  /** From the repository's root, as messages name it; empty for the root. */
  readonly shown: string;
  /** The real paths of the folders that it was reached through, the root first; a link to one of them is a ring. */
  readonly above: readonly string[];
}

/** What an entry of a folder leads to. */
export type Resolved =
  | { readonly kind: 'file'; readonly real: string; readonly shown: string }
  | { readonly kind: 'folder'; readonly folder: Folder }
  | { readonly kind: 'fault'; readonly fault: string };

/**
 * Follows an entry to what it stands for, without opening it. Whatever leaves the repository, runs in a ring or is
 * neither file nor folder is a fault.
 */
export async function resolveEntry(parent: Folder, entry: Dirent): Promise<Resolved> {
  const shown = shownPath(parent, entry.name);
  const real = join(parent.real, entry.name);
  if (!entry.isSymbolicLink()) return judge(parent, entry, real, shown);
  try {
    return await follow(parent, real, shown);
  } catch (thrown) {
    return { kind: 'fault', fault: await brokenLink(real, shown, thrown) };
  }
}

export function shownPath(parent: Folder, name: string): string {
  return parent.shown === '' ? name : `${parent.shown}/${name}`;
}

async function follow(parent: Folder, link: string, shown: string): Promise<Resolved> {
  const target = await realpath(link);
  if (!isInside(target, parent.above[0] ?? parent.real)) {
    return { kind: 'fault', fault: `the link ${shown} leads out of the repository, to ${target}` };
  }
  if (target === parent.real || parent.above.includes(target)) {
    return { kind: 'fault', fault: `the link ${shown} leads back to a folder that it lies in` };
  }
  return judge(parent, await stat(target), target, shown);
}

function judge(parent: Folder, is: Dirent | Stats, real: string, shown: string): Resolved {
  if (is.isFile()) return { kind: 'file', real, shown };
  if (is.isDirectory()) {
    return { kind: 'folder', folder: { real, shown, above: [...parent.above, parent.real] } };
  }
  return { kind: 'fault', fault: `${shown} is ${kindOf(is)}, and neither a file nor a folder` };
}

function kindOf(is: Dirent | Stats): string {
  if (is.isFIFO()) return 'a pipe';
  return is.isSocket() ? 'a socket' : 'a device';
}

async function brokenLink(link: string, shown: string, thrown: unknown): Promise<string> {
  const target = await readlink(link).catch(() => null);
  const reason = failureOf(thrown);
  return target === null
    ? `${shown} cannot be read: ${reason}`
    : `the link ${shown} to ${target} cannot be followed: ${reason}`;
}

export function isInside(real: string, root: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}
