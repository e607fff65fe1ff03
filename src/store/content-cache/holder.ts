import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process this is, as another process can check it. Null what this host does not tell. */
export interface Holder {
  readonly host: string;
  /** Of the kernel, drawn anew each time it starts. */
  readonly bootId: string | null;
  /** In which a process' number means something: containers have their own. */
  readonly pidNamespace: string | null;
  readonly pid: number | null;
  /** When the process began: numbers are used again. */
  readonly startTicks: string | null;
}

/** `unknown`: it lives where its process cannot be seen from here, and only its heartbeat tells. */
export type Verdict = 'alive' | 'dead' | 'unknown';

/** This process, by what Linux tells below /proc. */
export async function thisHolder(): Promise<Holder> {
  const pid = Number(await readlink('/proc/self').catch(() => ''));
  return {
    host: hostname(),
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null))?.trim() ?? null,
    pidNamespace: await readlink('/proc/self/ns/pid').catch(() => null),
    pid: pid > 0 ? pid : null,
    startTicks: pid > 0 ? await startTicksOf(pid) : null,
  };
}

/** When a process of this host began; null where it runs no more. */
export async function startTicksOf(pid: number): Promise<string | null> {
  return parseStartTicks(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
}

/** Of a line of /proc/<pid>/stat (proc_pid_stat(5)): field 22, null for what has ended and was not collected yet. */
export function parseStartTicks(stat: string): string | null {
  // The name stands in brackets and may have spaces and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields;
  return stat === '' || 'ZX'.includes(state) ? null : (fields[19] ?? null);
}

/** What is to be thought of a holder; `startTicks` is what this host says of its process now. */
export function verdictOn(holder: Holder, self: Holder, startTicks: string | null): Verdict {
  const isVisible =
    holder.bootId !== null &&
    holder.pidNamespace !== null &&
    holder.startTicks !== null &&
    holder.bootId === self.bootId &&
    holder.pidNamespace === self.pidNamespace;
  if (!isVisible) return 'unknown';
  return holder.startTicks === startTicks ? 'alive' : 'dead';
}

/** What was written of a holder, or null where that is damaged. */
export function parseHolder(text: string): Holder | null {
  try {
    const { host, bootId, pidNamespace, pid, startTicks } = JSON.parse(text) as Record<string, unknown>;
    return {
      host: textOf(host) ?? '',
      bootId: textOf(bootId),
      pidNamespace: textOf(pidNamespace),
      pid: typeof pid === 'number' ? pid : null,
      startTicks: textOf(startTicks),
    };
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
