/** Where the participants run: the server on one CPU, and what asks it on another, where the system can do that. */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** CPUs as `taskset -c` takes them; undefined where a process may run anywhere. */
export interface Places {
  readonly server: string | undefined;
  readonly load: string | undefined;
  /** For the page. */
  readonly words: string;
}

/** What the machine allows. */
export interface Machine {
  readonly cpus: number;
  readonly hasTaskset: boolean;
}

/**
 * `one`: all of the server is on one CPU, so that its work and the engine's are divided as they cost. `all`: it has every
 * CPU, as the product has; the load generator keeps to the last.
 */
export type ServerCpus = 'one' | 'all';

export function placesOf(serverCpus: ServerCpus, { cpus, hasTaskset }: Machine = thisMachine()): Places {
  if (!hasTaskset || cpus < 2) {
    const why = cpus < 2 ? 'there is one CPU only' : 'there is no taskset here';
    return { server: undefined, load: undefined, words: `not pinned: ${why}` };
  }
  const last = String(cpus - 1);
  const server = serverCpus === 'one' ? '0' : `0-${last}`;
  return { server, load: last, words: `servers on CPU ${server}, the load on CPU ${last}` };
}

let found: Machine | undefined;

function thisMachine(): Machine {
  found ??= {
    cpus: availableParallelism(),
    hasTaskset: spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0,
  };
  return found;
}
