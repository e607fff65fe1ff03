import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../bench/node-flags.js';
import type { InsideFigures, Order } from './inside.js';

const COMMAND = fileURLToPath(new URL('../../bin/furiosa.js', import.meta.url));
const INSIDE = new URL('./inside.js', import.meta.url).href;
const LOOK_MS = 100;
const MOST_LOOKS = 600;

/** How the server is to be started. */
export interface CommandOptions {
  readonly args: readonly string[];
  /** A shell's words that are run before the server, in a mount namespace of its own; null for none. */
  readonly before: string | null;
  /** Where its log goes, as the server sees it. */
  readonly logFile: string;
}

/** The command as a user starts it, in a process of its own. */
export class ServerCommand {
  readonly rest: number;
  readonly grpc: number;
  readonly #child: ChildProcess;
  #asked: Promise<unknown> = Promise.resolve();

  private constructor(child: ChildProcess, rest: number, grpc: number) {
    this.#child = child;
    this.rest = rest;
    this.grpc = grpc;
  }

  /** Settles when the server is ready. */
  static async start({ args, before, logFile }: CommandOptions): Promise<ServerCommand> {
    const [rest, grpc] = [await freePort(), await freePort()];
    const ports = ['--host', '127.0.0.1', '--http-port', `${rest}`, '--grpc-port', `${grpc}`];
    const words = [
      process.execPath,
      ...nodeFlags(),
      '--import',
      INSIDE,
      COMMAND,
      'server',
      ...ports,
      ...args,
    ];
    const line = `exec "$0" "$@" >>'${logFile}' 2>&1`;
    const shell =
      before === null ? ['sh', '-c', line] : ['unshare', '-rm', 'sh', '-c', `${before} && ${line}`];
    const [program = '', ...rest_] = [...shell, ...words];
    const child = spawn(program, rest_, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const server = new ServerCommand(child, rest, grpc);
    await server.#untilReady();
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** One order at a time: answers carry no names. */
  ask(order: Order): Promise<InsideFigures> {
    const answer = this.#asked.then(async () => {
      const heard = once(this.#child, 'message');
      this.#child.send(order);
      const [figures] = await heard;
      return figures as InsideFigures;
    });
    this.#asked = answer.catch(() => {});
    return answer;
  }

  /** Settles with how it ended. */
  async stop(): Promise<string> {
    if (this.isAlive) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await gone;
    }
    return this.#child.signalCode ?? `status ${this.#child.exitCode}`;
  }

  async #untilReady(): Promise<void> {
    for (let look = 0; look < MOST_LOOKS && this.isAlive; look++) {
      const answer = await fetch(`http://127.0.0.1:${this.rest}/v2/health/ready`).catch(() => null);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const how = await this.stop();
    throw new Error(`the server did not become ready (${how})`);
  }
}

/** A port that was free a moment ago: on the command line 0 turns gRPC off. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
