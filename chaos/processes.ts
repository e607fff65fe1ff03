/** What the system says of a server and its engine processes. */
import { readdirSync, readFileSync } from 'node:fs';

/** A server and its engine processes, added up. */
export interface OutsideFigures {
  /** Resident memory; what processes share counts in each. */
  readonly rssBytes: number;
  /** Open files and sockets of the server alone. */
  readonly fds: number;
  /** Of the server alone. */
  readonly threads: number;
  readonly processes: number;
}

/** The engine processes of a server, of one model or of all. */
export function enginesOf(serverPid: number, model = ''): readonly number[] {
  return childrenOf(serverPid).filter((pid) =>
    commandOf(pid).includes(`furiosa-engine ${model}${model && '/'}`),
  );
}

export function outsideFigures(serverPid: number): OutsideFigures {
  const children = childrenOf(serverPid);
  const all = [serverPid, ...children].map((pid) => statusOf(pid, 'VmRSS') * 1024);
  return {
    rssBytes: all.reduce((sum, each) => sum + each, 0),
    fds: readdirSync(`/proc/${serverPid}/fd`).length,
    threads: statusOf(serverPid, 'Threads'),
    processes: children.length,
  };
}

/** Sends a signal to a process that may just be gone; answers whether it was there. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Bytes of its address space that a process has taken. */
export function addressSpaceOf(pid: number): number {
  return statusOf(pid, 'VmSize') * 1024;
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid);
}

function parentOf(pid: number): number {
  const stat = readProc(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? -1);
}

function commandOf(pid: number): string {
  return readProc(pid, 'cmdline').replaceAll('\0', ' ');
}

function statusOf(pid: number, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readProc(pid, 'status'))?.[1] ?? 0);
}

/** Empty where the process is gone. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
