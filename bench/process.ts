import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { nodeFlags } from './node-flags.js';
import { processTree } from './process-tree.js';

/** A participant in a process of its own, so that its cost can be read from the system. */
export interface Participant {
  readonly pid: number;
  /** Sends a message and waits for the next answer. */
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

/**
 * Forks a compiled file of this folder, with the Node options of the command, and waits for its first message.
 *
 * @param cpus those that it may run on, as `taskset -c` takes them; all where none is said
 */
export async function participant<T>(
  file: string,
  args: readonly string[] = [],
  cpus?: string,
): Promise<Participant & { readonly first: T }> {
  const flags = nodeFlags();
  const place =
    cpus === undefined
      ? { execArgv: flags }
      : { execPath: 'taskset', execArgv: ['-c', cpus, process.execPath, ...flags] };
  const child = fork(new URL(file, import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    ...place,
  });
  const first = await nextMessage<T>(child);
  return {
    first,
    pid: child.pid ?? 0,
    ask: (message) => {
      const answer = nextMessage<never>(child);
      child.send(message);
      return answer;
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (status: number | null): void =>
      reject(new Error(`a participant ended with status ${status}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

/** CPU time of a process, its threads and its children so far, in microseconds (/proc/PID/stat). */
export function cpuMicros(pid: number): number {
  const ticks = processTree(pid).map(({ ticks }) => ticks);
  return ticks.reduce((sum, each) => sum + each, 0) * 10_000;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS');
}

/**
 * Memory of a process in bytes, of which a page that is mapped n times, here or by others, counts an n-th for each mapping
 * (/proc/PID/smaps_rollup). Resident memory counts it n times: what several sessions share would look as if each had it.
 */
export function proportionalBytes(pid: number): number {
  const line = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

/** The most that a process and its children, each for itself, have held so far. */
export function peakBytes(pid: number): number {
  return processTree(pid).reduce((sum, each) => sum + statusBytes(each.pid, 'VmHWM'), 0);
}

/** A field of /proc/PID/status. */
function statusBytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}
