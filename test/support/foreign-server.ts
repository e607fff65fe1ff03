import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { AtEnd } from './serve.js';

/** The first of these commands that this host has; null where it has none. */
export function firstCommand(commands: readonly (string | undefined)[]): string | null {
  for (const command of commands) {
    if (command !== undefined && spawnSync(command, ['--help']).error === undefined) return command;
  }
  return null;
}

/**
 * Starts a server that others wrote, and answers what it says of its address: the first group of `pattern` in a line that
 * it prints. It is killed at the end.
 */
export async function startForeign(
  atEnd: AtEnd,
  command: string,
  args: readonly string[],
  pattern: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const running = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  atEnd(() => end(running));
  const said: string[] = [];
  return await new Promise((resolve, reject) => {
    for (const stream of [running.stdout, running.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const found = pattern.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    running.once('error', reject);
    running.once('exit', () => reject(new Error(`${command} ended: ${said.join('\n')}`)));
  });
}

async function end(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null || running.signalCode !== null) return;
  const ended = once(running, 'exit');
  running.kill('SIGKILL');
  await ended;
}
