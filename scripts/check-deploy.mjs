// npm run check:deploy: renders the Helm chart with Helm's engine and holds every manifest in deploy/ to the schema of
// its kind. It makes a Python environment outside of the clone (about 300 MB, once), and is skipped, with the reason,
// where that cannot be had. `npm run check:deploy -- FOLDER` also holds them to the CustomResourceDefinitions in there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { root } from './setup.mjs';

const KSERVE = 'kserve==0.21.0';
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const folder = join(cache, 'furiosa-server-check-deploy');
const inside = join(folder, 'venv', 'bin', 'python');
const wheels = join(folder, 'wheels');

const reason = prepare();
if (reason !== null) {
  console.error(`check:deploy: skipped, ${reason}`);
} else {
  const [wheel] = readdirSync(wheels);
  const crds = process.argv.slice(2, 3).map((path) => resolve(path));
  const script = join(root, 'test', 'deploy', 'validate.py');
  const { status } = spawnSync(inside, [script, root, join(wheels, wheel), ...crds], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** Why it cannot be done here; null when everything is there. */
function prepare() {
  mkdirSync(wheels, { recursive: true });
  if (!existsSync(inside)) {
    if (run('python3', ['-m', 'venv', join(folder, 'venv')]) !== 0) return 'there is no python3 with venv';
  }
  const requirements = join(root, 'test', 'deploy', 'requirements.txt');
  if (pip('install', '--requirement', requirements) !== 0) return 'its packages could not be installed';
  if (readdirSync(wheels).length > 0) return null;
  // Only read, never imported: what it needs is not needed.
  return pip('download', '--no-deps', '--dest', wheels, KSERVE) === 0 ? null : `there is no ${KSERVE}`;
}

function pip(command, ...args) {
  return run(inside, ['-m', 'pip', command, '--quiet', '--disable-pip-version-check', '--no-input', ...args]);
}

function run(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 2, 2] }).status;
}
