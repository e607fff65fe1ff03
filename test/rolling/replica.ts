import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../support/places.js';
import type { Place } from './network.js';

/** The settings that docs/operations.md recommends behind nginx. */
const SETTINGS = ['--drain-delay', '1', '--listen-when-ready'];

/** One of the servers behind the proxy. */
export class Replica {
  readonly #place: Place;
  readonly #model: string;
  #child: ChildProcess | null = null;
  #ended: Promise<number | string> = Promise.resolve(0);

  constructor(place: Place, model: string) {
    this.#place = place;
    this.#model = model;
  }

  /** Settles when it listens. */
  start(): Promise<void> {
    const { address, prefix } = this.#place;
    const command = [
      ...prefix,
      process.execPath,
      join(repositoryRoot, 'bin', 'furiosa.js'),
      'server',
      ...['--model-path', this.#model, '--model-name', 'm', '--device', 'cpu(1)*1'],
      ...['--host', address, '--log-format', 'json'],
      ...SETTINGS,
    ];
    const [program = '', ...args] = command;
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
    });
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/gRPC listens on/.test(line)) resolve();
        if (/"level":"(WARN|ERROR)"/.test(line)) console.error(`${address}: ${line}`);
      });
      void this.#ended.then((status) =>
        reject(new Error(`a replica ended with ${status} before it listened`)),
      );
    });
  }

  /** Asks it to end; settles with its exit status. */
  stop(): Promise<number | string> {
    this.#child?.kill('SIGTERM');
    return this.#ended;
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Settles when requests over both protocols have come to it again. */
  async isUsed(): Promise<void> {
    for (;;) {
      const answer = await fetch(`http://${this.#place.address}:8080/metrics`);
      const text = await answer.text();
      if (['http', 'grpc'].every((transport) => USED(transport).test(text))) return;
    }
  }
}

const USED = (transport: string): RegExp =>
  new RegExp(
    `^furiosa_request_duration_seconds_count\\{transport="${transport}",operation="[^"]*infer[^"]*"`,
    'im',
  );
