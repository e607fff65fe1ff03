// Brings a clone to the point where it runs: dependencies as the lock file says, then the build. Does nothing when
// nothing changed, so `npm start` and `npm test` can call it every time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs and builds what is missing or out of date. Ends the process with a sentence when that fails. */
export function setUp({ clean = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(`furiosa-server needs Node 20.19 or newer, and this is ${process.version}.`);
  }
  installDependencies();
  build(clean);
}

function installDependencies() {
  const wanted = hashOf(['package-lock.json', 'package.json']);
  const stamp = join(root, 'node_modules', '.furiosa-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Installing dependencies (npm ci) ...');
  run('npm', ['ci', '--loglevel=error'], { shell: process.platform === 'win32' });
  writeFileSync(stamp, wanted);
}

/** A clean build leaves no outputs of sources that are gone: what is published is what is there. */
function build(clean) {
  const sources = ['src', 'test', 'bench', 'chaos', 'web'].filter((folder) => existsSync(join(root, folder)));
  const wanted = hashOf(['tsconfig.json', ...sources.flatMap(filesBelow)]);
  const stamp = join(root, 'dist', '.furiosa-built');
  if (!clean && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Building (tsc) ...');
  if (clean) rmSync(join(root, 'dist'), { recursive: true, force: true });
  for (const project of ['tsconfig.json', join('web', 'tsconfig.json')]) {
    run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '--project', project]);
  }
  mkdirSync(join(root, 'dist', 'web'), { recursive: true });
  // What the page has beside its code.
  for (const file of filesBelow('web').filter((each) => /\.(?:html|css|svg)$/.test(each))) {
    mkdirSync(dirname(join(root, 'dist', file)), { recursive: true });
    copyFileSync(join(root, file), join(root, 'dist', file));
  }
  writeFileSync(stamp, wanted);
}

/** Names, sizes and times stand for the contents: reading every file would cost more than the answer is worth. */
function hashOf(files) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file}:${size}:${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error) stop(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp({ clean: process.argv.includes('--clean') });
