/** A server of anybody's, started by its command, and asleep while it is not its turn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { processTree } from '../process-tree.js';
import { temporaryFolder } from '../samples.js';
import type { Measure } from '../side-by-side.js';

/** How a server is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Answers 200 once the model can be asked. */
  readonly readyPath: string;
}

export interface TwoPorts {
  readonly rest: number;
  readonly grpc: number;
}

const READY_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 10;
const GOES_WITHIN_MS = 8000;
const LOG_LINES = 6;

/** None may outlive the benchmark, and one that is asleep would not notice that it is gone. */
const running = new Set<Contestant>();
process.once('exit', () => {
  for (const each of running) each.kill();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export class Contestant {
  readonly pid: number;
  readonly ports: TwoPorts;
  /** From the start of the process to its first word that it is ready. */
  readonly readyMs: number;
  readonly #gone: Promise<unknown>;

  constructor(pid: number, ports: TwoPorts, readyMs: number, gone: Promise<unknown>) {
    this.pid = pid;
    this.ports = ports;
    this.readyMs = readyMs;
    this.#gone = gone;
    running.add(this);
    void gone.then(() => running.delete(this));
  }

  /** The same, but the contestant is awake only meanwhile. */
  inTurn(measure: Measure): Measure {
    return async (durationMs) => {
      this.#signal('SIGCONT');
      try {
        return await measure(durationMs);
      } finally {
        this.#signal('SIGSTOP');
      }
    };
  }

  /** Wakes it for good, or until the next turn ends. */
  wake(): void {
    this.#signal('SIGCONT');
  }

  sleep(): void {
    this.#signal('SIGSTOP');
  }

  /** Asks it to go, and ends what has not gone in time. */
  async stop(): Promise<void> {
    const pids = processTree(this.pid).map(({ pid }) => pid);
    this.#signal('SIGCONT');
    send(this.pid, 'SIGTERM');
    await Promise.race([this.#gone, pause(GOES_WITHIN_MS)]);
    for (const pid of pids) send(pid, 'SIGKILL');
    await this.#gone;
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    for (const { pid } of processTree(this.pid)) send(pid, signal);
  }
}

/** Starts it and waits until it is ready. Rejects with the end of its log where it is not in time. */
export async function start(
  commandOf: (ports: TwoPorts) => Command,
  cpus: string | undefined,
): Promise<Contestant> {
  const ports = { rest: await freePort(), grpc: await freePort() };
  const { file, args, env, cwd, readyPath } = commandOf(ports);
  const logFile = join(temporaryFolder(), 'log');
  const log = openSync(logFile, 'w');
  const [command, words] = cpus === undefined ? [file, args] : ['taskset', ['-c', cpus, file, ...args]];
  const from = performance.now();
  const child = spawn(command, words, { stdio: ['ignore', log, log], env: { ...process.env, ...env }, cwd });
  closeSync(log);
  let failure: string | null = null;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (status) => {
    failure ??= `it ended with status ${status}`;
  });
  const gone = once(child, 'exit').catch(() => {});
  while (!(await isReady(ports.rest, readyPath))) {
    if (performance.now() - from > READY_WITHIN_MS)
      failure = `it was not ready within ${READY_WITHIN_MS / 1000} s`;
    if (failure !== null) {
      if (child.pid !== undefined && child.exitCode === null)
        await new Contestant(child.pid, ports, 0, gone).stop();
      throw new Error(`${failure}: ${endOf(logFile)}`);
    }
    await pause(LOOK_EVERY_MS);
  }
  return new Contestant(child.pid ?? 0, ports, performance.now() - from, gone);
}

async function isReady(port: number, path: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1000) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function endOf(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trim().split('\n');
  return lines.slice(-LOG_LINES).join(' / ');
}

/** It may have ended meanwhile. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Then it has.
  }
}
