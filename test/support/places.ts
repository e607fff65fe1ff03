import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, seen from dist/test/support. */
export const repositoryRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** A file of the data that may lie beside the repository; null where it does not. */
export function sharedFile(path: string): string | null {
  const found = join(repositoryRoot, '../shared', path);
  return existsSync(found) ? found : null;
}
