import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromServer } from './server-child.js';

/** What a server that has been asked millions of things may hold, its engines included. */
const MOST_RSS_BYTES = 700 * 2 ** 20;
/** How often it is looked whether the server is well. */
const CHECK_EVERY = 50;

export interface Ports {
  readonly restPort: number;
  readonly grpcPort: number;
}

/** The server that all socket targets of this process share. It is started by the first of them. */
export class ServerProcess {
  #child: ChildProcess | null = null;
  #ports: Ports | null = null;
  #users = 0;

  /** Where it listens. */
  async open(): Promise<Ports> {
    this.#users++;
    if (this.#ports !== null) return this.#ports;
    this.#child = fork(fileURLToPath(new URL('./server-child.js', import.meta.url)));
    const [message] = (await once(this.#child, 'message')) as [FromServer];
    assert.ok(message.kind === 'open');
    this.#ports = message;
    return message;
  }

  /** Throws once its process is gone, and now and then unless an honest request is answered and its memory is bounded. */
  async check(turn: number): Promise<void> {
    const { exitCode, signalCode } = this.#child as ChildProcess;
    assert.ok(exitCode === null && signalCode === null, `the server ended with ${signalCode ?? exitCode}`);
    if (turn % CHECK_EVERY !== 0) return;
    await this.#askHonestly();
    const rssBytes = await this.#memory();
    assert.ok(rssBytes < MOST_RSS_BYTES, `the server has ${rssBytes} bytes of memory`);
  }

  async close(): Promise<void> {
    if (--this.#users > 0 || this.#child === null) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
    this.#child = null;
    this.#ports = null;
  }

  async #askHonestly(): Promise<void> {
    const url = `http://127.0.0.1:${this.#ports?.restPort}/v2/models/floats/infer`;
    const body = '{"id":"honest","inputs":[{"name":"input","datatype":"FP32","shape":[2],"data":[0.5,-2]}]}';
    const answer = await fetch(url, { method: 'POST', body });
    const { id, outputs } = (await answer.json()) as {
      id: string;
      outputs: readonly { data: readonly number[] }[];
    };
    assert.deepEqual([answer.status, id, outputs[0]?.data], [200, 'honest', [0.5, -2]], 'an honest request');
  }

  async #memory(): Promise<number> {
    const child = this.#child as ChildProcess;
    const answer = once(child, 'message');
    child.send('memory');
    const [message] = (await answer) as [FromServer];
    assert.ok(message.kind === 'memory');
    return message.rssBytes;
  }
}
