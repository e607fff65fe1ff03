// Rooms, types, lint and format: everything that can be said of the code without running it.
import { spawnSync } from 'node:child_process';
import { root, setUp } from './setup.mjs';

/** Runs the checks; answers whether all passed. */
export function check() {
  setUp();
  const steps = [
    ['rooms', process.execPath, ['scripts/check-rooms.mjs']],
    [
      'lint and format',
      process.execPath,
      ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'],
    ],
  ];
  return steps.every(([name, command, args]) => {
    const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (status !== 0) console.error(`check: ${name} did not pass.`);
    return status === 0;
  });
}

if (process.argv[1]?.endsWith('check.mjs')) process.exitCode = check() ? 0 : 1;
