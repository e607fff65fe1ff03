import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AtEnd } from './serve.js';

/** A folder for a test to write into; it goes when the test ends. */
export class FolderTree {
  /** Absolute, without links. */
  readonly root: string;

  /** @param t the test that it is for, or what takes what is to be done at the end */
  constructor(t: Pick<TestContext, 'after'> | AtEnd) {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'furiosa-tree-')));
    this.root = join(scratch, 'models');
    // Another user may look at it: see withoutPermission.
    chmodSync(scratch, 0o755);
    mkdirSync(this.root);
    const remove = (): void => rmSync(scratch, { recursive: true, force: true });
    if (typeof t === 'function') t(remove);
    else t.after(remove);
  }

  path(path: string): string {
    return join(this.root, path);
  }

  /** Writes a file, and the folders above it where they are not there. */
  write(path: string, content: string | Uint8Array = path): string {
    const file = this.folder(dirname(path), path);
    writeFileSync(file, content);
    return file;
  }

  /** Makes a link at `path`; `target` is taken as it is. */
  link(path: string, target: string): void {
    symlinkSync(target, this.folder(dirname(path), path));
  }

  remove(path: string): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }

  /** Makes a folder; answers the path of something, by default of itself. */
  folder(path: string, below: string = path): string {
    mkdirSync(this.path(path), { recursive: true });
    return this.path(below);
  }
}

/** What `nobody` is called by number. */
const NOBODY = 65_534;

/** Runs something while the permissions for these paths are gone. Root has every permission, so it is not root then. */
export async function withoutPermission(paths: readonly string[], run: () => Promise<void>): Promise<void> {
  const modes = paths.map((path) => [path, statSync(path).mode & 0o777] as const);
  const isRoot = process.geteuid?.() === 0;
  for (const path of paths) chmodSync(path, 0);
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
    for (const [path, mode] of modes) chmodSync(path, mode);
  }
}
