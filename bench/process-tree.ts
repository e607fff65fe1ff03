/** A process and those that it started, as Linux tells of them. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of all its threads, and of the children that ended and that it has asked about. */
  readonly ticks: number;
}

/** The process and all below it. Throws where the process itself is gone. */
export function processTree(pid: number): ProcessStat[] {
  const root = statOf(pid);
  if (root === null) throw new Error(`process ${pid} is gone`);
  const others = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  return below(root, others);
}

/** The root and its descendants among the others. */
export function below(root: ProcessStat, others: readonly ProcessStat[]): ProcessStat[] {
  const found = [root];
  for (const each of found)
    found.push(...others.filter(({ parent, pid }) => parent === each.pid && pid !== parent));
  return found;
}

/** Null where the process ended meanwhile. */
function statOf(pid: number): ProcessStat | null {
  try {
    return readStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** Fields 14 to 17 are utime, stime, cutime and cstime. The name, field 2, may hold spaces and brackets. Source: proc(5). */
export function readStat(text: string): ProcessStat {
  const after = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = after.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(text, 10), parent: Number(after[1]), ticks };
}
