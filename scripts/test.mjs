// npm test: set up, check, then every test file. `npm test -- name` runs the files whose path contains the name.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { check } from './check.mjs';
import { root } from './setup.mjs';

/** Node's own choice leaves one core idle; half of a small machine. */
const FILES_AT_A_TIME = availableParallelism();

if (!check()) process.exit(1);
const wanted = process.argv.slice(2);
// Only files whose source still exists: the build leaves the outputs of deleted ones behind.
const files = ['src', 'test']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file))),
  )
  .filter((file) => file.endsWith('.test.ts') && wanted.every((word) => file.includes(word)))
  .map((file) => join('dist', file.replace(/\.ts$/, '.js')))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(' ')}.`);
  process.exit(1);
}
const { status } = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    `--test-concurrency=${FILES_AT_A_TIME}`,
    '--test-timeout=120000',
    ...files,
  ],
  {
    cwd: root,
    stdio: ['ignore', 1, 2],
  },
);
process.exit(status ?? 1);
