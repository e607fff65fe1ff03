import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from './support/places.js';

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
}

function json<T>(file: string): T {
  return JSON.parse(readFileSync(join(repositoryRoot, file), 'utf8'));
}

const { packages } = json<{ packages: Readonly<Record<string, LockedPackage>> }>('package-lock.json');
const manifest = json<{
  scripts: Readonly<Record<string, string>>;
  publishConfig: { readonly provenance: boolean };
}>('package.json');

/** Nobody needs these to run: what they would do is done, or not needed. New ones want a reason here. */
const HAVE_INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/onnxruntime-node': 'fetches GPU libraries; those for the processor come with the package',
  'node_modules/protobufjs': "of Google's client, for tests only: warns of a version that does not fit",
};

test('no package beside those that are known runs anything when it is installed', () => {
  const found = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  assert.deepEqual(found.map(([name]) => name).sort(), Object.keys(HAVE_INSTALL_SCRIPTS).sort());
});

test('a clone runs no install scripts at all, and ours has none', () => {
  assert.match(readFileSync(join(repositoryRoot, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
    assert.equal(manifest.scripts[script], undefined, script);
});

test('the lock file names no registry', () => {
  const resolved = Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith('http'));
  assert.deepEqual(resolved, []);
});

test('what is published says where it was built', () => {
  assert.equal(manifest.publishConfig.provenance, true);
});

test('the package holds the command, the server and the docs, and nothing of the workshop', () => {
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: repositoryRoot,
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const [{ files }] = JSON.parse(answer.toString()) as [{ files: readonly { readonly path: string }[] }];
  const paths = files.map(({ path }) => path);
  const needed = [
    'bin/furiosa.js',
    'dist/src/cli/main.js',
    'LICENSE',
    'NOTICE',
    'README.md',
    'SECURITY.md',
    'docs/threat-model.md',
  ];
  assert.deepEqual(
    needed.filter((path) => !paths.includes(path)),
    [],
  );
  const stray =
    /^(src|test|bench|scripts|web|node_modules|dist\/(test|bench))\/|\.test\.[jt]s|\.map$|\.tsbuildinfo$|^\./;
  assert.deepEqual(
    paths.filter((path) => stray.test(path)),
    [],
  );
});
