/** The Python that runs the clients, and the environment that is made for them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Minor versions of Python 3 for which all pinned clients are published. */
const FIRST_MINOR = 11;
const LAST_MINOR = 13;
/** As they are said to people. */
export const PYTHONS: string = `3.${FIRST_MINOR} to 3.${LAST_MINOR}`;

const NAMES = ['python3', 'python', 'python3.13', 'python3.12', 'python3.11'];
const SAY_VERSION = 'import sys; print(*sys.version_info[:3], sep=".")';

export interface Python {
  readonly command: string;
  /** major.minor.patch */
  readonly version: string;
}

/** The first Python on the path that the clients run on, or null. */
export function findPython(): Python | null {
  for (const command of NAMES) {
    const { status, stdout } = spawnSync(command, ['-c', SAY_VERSION], { encoding: 'utf8' });
    const version = status === 0 ? stdout.trim() : '';
    if (isSuitable(version)) return { command, version };
  }
  return null;
}

export function isSuitable(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === 3 && minor !== undefined && minor >= FIRST_MINOR && minor <= LAST_MINOR;
}

/** Makes a virtual environment of what is required, unless it is there already; answers the path of its Python. */
export function makeEnvironment(python: Python, folder: string, requirements: string): string {
  const inside = join(folder, 'bin', 'python');
  const stamp = join(folder, '.made-of');
  const wanted = createHash('sha256').update(python.version).update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return inside;
  console.log(`Making an environment with Python ${python.version} in ${folder} ...`);
  rmSync(folder, { recursive: true, force: true });
  run(python.command, ['-m', 'venv', folder]);
  console.log('Installing the clients, about 500 MB (once) ...');
  if (!pipInstall(inside, ['--requirement', requirements]))
    throw new Error('the clients could not be installed');
  writeFileSync(stamp, wanted);
  return inside;
}

/** Installs with the environment's pip; answers whether it could, and unless told not to prints why not. */
export function pipInstall(python: string, what: readonly string[], isLoud = true): boolean {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  const { status } = spawnSync(python, ['-m', 'pip', 'install', ...quiet, ...what], {
    stdio: isLoud ? ['ignore', 2, 2] : 'ignore',
  });
  return status === 0;
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with status ${status}`);
}
