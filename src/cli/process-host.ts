import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Host } from '#cli/completion/host.js';

/** From the program up to the terminal it is seldom more than: node, npx, its shell, the user's shell. */
const MAX_ANCESTORS = 10;

/** The machine and the user of this process. */
export function processHost(): Host {
  return {
    env: process.env,
    platform: process.platform,
    homeFolder: homeFolder(),
    ancestors: () => ancestorsOf(process.ppid),
  };
}

/** A user of a container may have no line in /etc/passwd, and then has no home. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '/';
  }
}

/** Read from Linux' `/proc`; other systems do not show it without another program. */
function ancestorsOf(first: number): readonly string[] {
  const names: string[] = [];
  try {
    for (let pid = first; pid > 1 && names.length < MAX_ANCESTORS; ) {
      // `4711 (bash) S 4242 ...`: the name may itself have spaces and brackets, so it ends at the last one.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const end = stat.lastIndexOf(')');
      names.push(stat.slice(stat.indexOf('(') + 1, end));
      pid = Number(stat.slice(end + 2).split(' ')[1]);
    }
  } catch {
    // No /proc, or a process that ended meanwhile: what was seen so far is all there is to know.
  }
  return names;
}
