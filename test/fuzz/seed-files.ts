import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/places.js';

const FOLDER = join(repositoryRoot, 'test/fuzz/seeds');

/** The inputs that found something once, in `test/fuzz/seeds/<target>/`: they are run before any other. */
export function seedsOf(target: string): readonly Uint8Array[] {
  const folder = join(FOLDER, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

/** The names of the targets that have such a folder. */
export function seededTargets(): readonly string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).sort() : [];
}
