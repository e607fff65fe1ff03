import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';

/** Where a replica runs. */
export interface Place {
  readonly address: string;
  /** What a command is put behind to run there. */
  readonly prefix: readonly string[];
}

/** Addresses for a balancer's replicas. */
export interface Network {
  readonly kind: 'namespaces' | 'loopback';
  readonly places: readonly Place[];
  close(): void;
}

const GATEWAY = '10.20.0.1';

/** Whether this user may make network namespaces. */
export function namespacesAllowed(): boolean {
  const { status } = spawnSync('unshare', [
    '-rn',
    'sh',
    '-c',
    'ip link add probe type bridge && command -v nsenter',
  ]);
  return status === 0;
}

/**
 * Hosts with a cable each to a switch of this one. To be called by a process that is alone in its network
 * namespace (`unshare -rn`): all of it goes when the process does.
 */
export function openNamespaces(replicas: number): Network {
  const ip = (...args: string[]): void => void execFileSync('ip', args);
  ip('link', 'set', 'lo', 'up');
  ip('link', 'add', 'switch', 'type', 'bridge');
  ip('addr', 'add', `${GATEWAY}/24`, 'dev', 'switch');
  ip('link', 'set', 'switch', 'up');
  const holders: ChildProcess[] = [];
  const places = numbers(replicas).map((index) => {
    const address = `10.20.0.${11 + index}`;
    // It holds the namespace while no server is in it; `read` waits until this process ends.
    const holder = spawn('unshare', ['-n', 'sh', '-c', 'read nothing'], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    holders.push(holder);
    const pid = String(holder.pid);
    awaitNamespace(holder);
    ip('link', 'add', `port${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid);
    ip('link', 'set', `port${index}`, 'master', 'switch', 'up');
    const prefix = ['nsenter', '-t', pid, '-n'];
    const inside = (...args: string[]): void =>
      void execFileSync('nsenter', ['-t', pid, '-n', 'ip', ...args]);
    inside('link', 'set', 'lo', 'up');
    inside('addr', 'add', `${address}/24`, 'dev', 'eth0');
    inside('link', 'set', 'eth0', 'up');
    return { address, prefix };
  });
  return {
    kind: 'namespaces',
    places,
    close() {
      for (const holder of holders) holder.kill('SIGKILL');
    },
  };
}

/** Addresses of this host, for machines that allow no namespaces. */
export function openLoopback(replicas: number): Network {
  const places = numbers(replicas).map((index) => ({ address: `127.0.0.${2 + index}`, prefix: [] }));
  return { kind: 'loopback', places, close: () => {} };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The shell in the new namespace exists once this process and that one are in different ones. */
function awaitNamespace({ pid }: ChildProcess): void {
  const own = execFileSync('readlink', [`/proc/${process.pid}/ns/net`], { encoding: 'utf8' });
  for (let turn = 0; turn < 1000; turn++) {
    const other = spawnSync('readlink', [`/proc/${pid}/ns/net`], { encoding: 'utf8' }).stdout;
    if (other !== '' && other !== own) return;
  }
  throw new Error('the network namespace did not come up');
}
