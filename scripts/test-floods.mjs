// npm run test:floods: set up, then the tests of test/floods/ with nine times as many connections. Both ends of each are in
// one process: that takes 20,000 open files (ulimit -n).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const files = readdirSync(join(root, 'test/floods'))
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('dist/test/floods', file.replace(/\.ts$/, '.js')));
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', '--test', '--test-concurrency=1', '--test-timeout=600000', ...files],
  { cwd: root, stdio: ['ignore', 1, 2], env: { ...process.env, FLOOD_SCALE: '9' } },
);
process.exit(status ?? 1);
