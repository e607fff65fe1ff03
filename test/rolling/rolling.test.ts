import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/places.js';
import { hasNginx } from './nginx.js';

const skip = !hasNginx() && 'nginx is not installed';

test('a rolling restart of two replicas behind nginx fails no request', { skip }, (t) => {
  const main = join(repositoryRoot, 'dist', 'test', 'rolling', 'main.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '1'], { encoding: 'utf8' });
  t.diagnostic(stdout.trim());
  assert.match(stdout, /^2 restarts of two replicas/, stderr);
  assert.equal(status, 0, `${stdout}${stderr}`);
});
