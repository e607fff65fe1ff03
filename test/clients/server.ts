import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { repositoryRoot } from '../support/places.js';

/** What every client is served with. */
const OPTIONS: readonly string[] = ['--allow-client-shm', '--allow-model-upload'];

const LOOKS = 300;
const BETWEEN_LOOKS_MS = 100;

/** The command as users start it, in a process of its own. */
export interface ServedClients {
  /** host:port */
  readonly http: string;
  readonly grpc: string;
  stop(): Promise<void>;
}

/** Starts `furiosa server` and settles when every model is ready; what it logs goes to the file. */
export async function startServer(modelList: string, logFile: string): Promise<ServedClients> {
  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  // Its own hand on the file: this process stands still while a client runs, and could not empty a pipe.
  const log = openSync(logFile, 'w');
  const args = ['--host', '127.0.0.1', '--http-port', `${httpPort}`, '--grpc-port', `${grpcPort}`];
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'bin/furiosa.js'), 'server', ...args, '--model-config', modelList, ...OPTIONS],
    { stdio: ['ignore', 'ignore', log] },
  );
  closeSync(log);
  const ended = once(child, 'exit');
  const http = `127.0.0.1:${httpPort}`;
  if (!(await isReady(http, child))) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(`the server did not become ready; it said:\n${readFileSync(logFile, 'utf8')}`);
  }
  return {
    http,
    grpc: `127.0.0.1:${grpcPort}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function isReady(http: string, child: ChildProcess): Promise<boolean> {
  for (let look = 0; look < LOOKS && child.exitCode === null; look++) {
    const answer = await fetch(`http://${http}/v2/health/ready`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return true;
    await wait(BETWEEN_LOOKS_MS);
  }
  return false;
}

/** A port that was free a moment ago: the command takes 0 as "any" for HTTP only. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
