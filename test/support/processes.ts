/** Looks at other processes, by Linux' `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from './eventually.js';

/** Those that the process started and that have not been waited for. */
export function childrenOf(parent: number | undefined): readonly number[] {
  const isChild = (pid: number): boolean => {
    const stat = statOf(pid);
    // One that has ended and was not yet heard of is none any more.
    return stat !== null && stat.parent === parent && stat.isAlive;
  };
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isChild(pid));
}

/** All that came of the process: its children, theirs, and so on. */
export function descendantsOf(parent: number | undefined): readonly number[] {
  return childrenOf(parent).flatMap((child) => [child, ...descendantsOf(child)]);
}

export function isGone(pid: number): boolean {
  return statOf(pid)?.isAlive !== true;
}

/** Settles when it is gone. */
export async function untilGone(pid: number): Promise<void> {
  await soon(() => isGone(pid));
}

/** Settles when `isSo` is, looking every few milliseconds. */
export async function soon(isSo: () => boolean): Promise<void> {
  const look = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(isSo()), 5));
  await eventually(look, (seen) => seen);
}

export function residentMiB(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(text)?.[1]) / 1024;
}

function statOf(pid: number): { readonly parent: number; readonly isAlive: boolean } | null {
  try {
    // The name in parentheses may hold anything.
    const [state = 'X', parent] =
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return { parent: Number(parent), isAlive: !'ZX'.includes(state) };
  } catch {
    return null;
  }
}
