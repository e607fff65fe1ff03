import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from './support/places.js';

const WORDS = /^#!\/usr\/bin\/env -S node (?<options>.+)$/;
const manifest = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
};
const isWindows = process.platform === 'win32';

for (const [name, path] of Object.entries(manifest.bin)) {
  test(`${name} gives Node the options that npm start gives`, () => {
    const [shebang = ''] = readFileSync(join(repositoryRoot, path), 'utf8').split('\n', 1);
    const { options } = WORDS.exec(shebang)?.groups ?? {};
    const { start } = manifest.scripts;
    assert.equal(start, `node ${options} scripts/start.mjs`);
  });

  test(`${name} runs as it stands in the PATH`, {
    skip: isWindows && 'its command is a file of its own',
  }, () => {
    const { stdout, stderr } = spawnSync(join(repositoryRoot, path), ['--version'], { encoding: 'utf8' });
    assert.match(stdout, new RegExp(manifest.version.replaceAll('.', '\\.')), stderr);
  });
}
