/** A Redis of the test's own, started from the system's `redis-server`. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@redis/client';
import type { AtEnd } from './serve.js';

const COMMAND = 'redis-server';

/** Why tests of a Redis cannot run here; false where they can. */
export const NO_REDIS: string | false =
  spawnSync(COMMAND, ['--version']).status === 0
    ? false
    : `this host has no ${COMMAND}; Debian has it in the package redis-server`;

export interface TestRedis {
  readonly port: number;
  /** Starts it, again after it was killed; settles when it takes connections. What it held is gone. */
  start(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Lets it take connections and commands, and answer none, until it goes on. */
  freeze(): void;
  goOn(): void;
  /** Every key, and what is there. */
  entries(): Promise<readonly (readonly [key: string, value: Buffer])[]>;
  secondsToLive(key: string): Promise<number>;
  put(key: string, value: Buffer): Promise<void>;
}

/** A Redis that runs. It goes at the end, with its folder. */
export async function startRedis(atEnd: AtEnd, password: string | null = null): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-redis-'));
  const port = await freePort();
  const options = [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const secret = password === null ? [] : ['--requirepass', password];
  let running: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    if (running === null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
    running = null;
  };
  const start = async (): Promise<void> => {
    running = spawn(COMMAND, [...options.map(String), ...secret], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: running.stdout as NodeJS.ReadableStream })) {
      if (line.includes('Ready to accept connections')) break;
    }
    running.stdout?.resume();
  };
  const ask = async <T>(question: (client: Commands) => Promise<T>): Promise<T> => {
    const client = commands(port, password);
    await client.connect();
    try {
      return await question(client);
    } finally {
      await client.close();
    }
  };
  atEnd(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  await start();
  return {
    port,
    start,
    kill,
    freeze: () => void running?.kill('SIGSTOP'),
    goOn: () => void running?.kill('SIGCONT'),
    entries: () =>
      ask(async (client) => {
        const keys = (await client.keys('*')).map(String).sort();
        return await Promise.all(
          keys.map(async (key) => [key, (await client.get(key)) ?? Buffer.alloc(0)] as const),
        );
      }),
    secondsToLive: (key) => ask(async (client) => Number(await client.ttl(key))),
    put: (key, value) => ask(async (client) => void (await client.set(key, value))),
  };
}

type Commands = ReturnType<typeof commands>;

/** RESP's mark of a text that has a length. */
const BLOB_STRING = 36;

function commands(port: number, password: string | null) {
  const client = createClient({
    socket: { host: '127.0.0.1', port },
    ...(password === null ? {} : { password }),
  });
  client.on('error', () => {});
  return client.withTypeMapping({ [BLOB_STRING]: Buffer });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
