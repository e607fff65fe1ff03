import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { repositoryRoot } from '../support/places.js';
import { type Image, productionPackages, systemFiles } from './image.js';

const UNSHARE = ['--mount', '--pid', '--fork', '--kill-child'];

/** Why no container can be made here; false where one can. */
export function whyNoContainer(): string | false {
  if (process.platform !== 'linux') return 'namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'only root may mount and become another user';
  const { status } = spawnSync('unshare', [
    ...UNSHARE,
    'sh',
    '-c',
    'mount -t tmpfs none /mnt && command -v setpriv',
  ]);
  return status === 0 ? false : 'this system allows no mount namespace';
}

/**
 * Starts what the image starts, as a container engine would: a root of its own that cannot be written to and has no
 * program but Node, the user that the image names, no rights, an environment that is empty but for `env`, and process 1.
 */
export function startContainer(
  t: TestContext,
  {
    image,
    models,
    args,
    env = {},
  }: {
    readonly image: Image;
    /** Mounted at /mnt/models, read-only. */
    readonly models: string;
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): ChildProcess {
  const root = mkdtempSync(join(tmpdir(), 'furiosa-container-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const [program = '', ...words] = image.entrypoint;
  const script = `${mounts(root, image, models)}\nexec setpriv --no-new-privs "$@"`;
  const variables = Object.entries({ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...image.env, ...env });
  const command = [
    ...[...UNSHARE, 'sh', '-c', script, 'sh'],
    ...['env', '-i', ...variables.map(([name, value]) => `${name}=${value}`)],
    ...['chroot', `--userspec=${image.user}`, '--groups=', root],
    ...[`/usr/local/bin/${program}`, ...words, ...args],
  ];
  const child = spawn('unshare', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** A script that fills the root; everything in it can only be read. */
function mounts(root: string, { contents }: Image, models: string): string {
  const { folders, links } = systemFiles();
  const copied = contents.filter(({ from }) => from !== 'node_modules');
  const packages = productionPackages().map((path) => ({ from: path, to: `/app/${path}` }));
  const clone = [...copied, ...packages].map(({ from, to }) => ({ from: join(repositoryRoot, from), to }));
  const binds = [
    ...clone,
    ...folders.map((path) => ({ from: path, to: path })),
    ...['/dev/null', '/sys', '/etc/ld.so.cache'].map((path) => ({ from: path, to: path })),
    { from: process.execPath, to: '/usr/local/bin/node' },
    { from: models, to: '/mnt/models' },
  ];
  return [
    'set -e',
    'mount --make-rprivate /',
    `mount -t tmpfs none ${root}`,
    `mkdir -p ${root}/proc ${root}/usr`,
    ...links.map(([path, target]) => `ln -s ${target} ${root}${path}`),
    'hold() {',
    '  if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; : > "$2"; fi',
    '  mount --bind "$1" "$2" && mount -o remount,bind,ro "$2"',
    '}',
    ...binds.map(({ from, to }) => `hold '${from}' '${root}${to}'`),
    `mount -t proc none ${root}/proc`,
    `mount -o remount,ro ${root}`,
  ].join('\n');
}
