import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '../support/places.js';
import type { Backend } from './balancer.js';
import type { Place } from './network.js';

const PORTS = { rest: 8080, grpc: 8081 };

/** Stopped for that share of every period, a replica is slow. */
const SLOW_PERIOD_MS = 100;
const STOPPED_MS = 90;

/** Inferences that a replica has answered since it was started. */
export interface Served {
  readonly rest: number;
  readonly grpc: number;
}

/** One of the servers behind the balancer. */
export class Replica {
  readonly #place: Place;
  readonly #command: readonly string[];
  #child: ChildProcess | null = null;
  #ended: Promise<number | string> = Promise.resolve(0);

  /** @param config a model configuration */
  constructor(place: Place, config: string, options: readonly string[]) {
    this.#place = place;
    this.#command = [
      ...place.prefix,
      process.execPath,
      join(repositoryRoot, 'bin', 'furiosa.js'),
      'server',
      ...['--model-config', config, '--host', place.address, '--log-format', 'json'],
      ...['--http-port', String(PORTS.rest), '--grpc-port', String(PORTS.grpc)],
      ...options,
    ];
  }

  get backend(): Backend {
    const { address } = this.#place;
    return { rest: `${address}:${PORTS.rest}`, grpc: `${address}:${PORTS.grpc}` };
  }

  /** Settles when both ports are open. */
  start(): Promise<void> {
    const [program = '', ...args] = this.#command;
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
    });
    return new Promise((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (/gRPC listens on/.test(line)) resolve();
        if (/"level":"(WARN|ERROR)"/.test(line) && !line.includes('whoever reaches'))
          console.error(`${this.#place.address}: ${line}`);
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

  /** Ends it in the middle of whatever it does; settles when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** From now on it does nothing, and its connections stay open. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Lets it run for a tenth of the time only; what it answers ends that. */
  slowDown(): () => void {
    let run: NodeJS.Timeout | undefined;
    this.freeze();
    const period = setInterval(() => {
      this.thaw();
      run = setTimeout(() => this.freeze(), SLOW_PERIOD_MS - STOPPED_MS);
    }, SLOW_PERIOD_MS);
    return () => {
      clearInterval(period);
      clearTimeout(run);
      this.thaw();
    };
  }

  async served(): Promise<Served> {
    const text = await textOf(`http://${this.backend.rest}/metrics`);
    return { rest: answeredOver('http', text), grpc: answeredOver('grpc', text) };
  }
}

/** Inferences over a transport, by the metrics of a server. */
export function answeredOver(transport: 'http' | 'grpc', metrics: string): number {
  const lines = new RegExp(
    `^furiosa_request_duration_seconds_count\\{transport="${transport}",operation="[^"]*infer"[^}]*\\} (\\d+)`,
    'gim',
  );
  return [...metrics.matchAll(lines)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Over a connection of its own, so that none is kept that the next server would not know. */
function textOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('error', reject).once('end', () => resolve(text));
    });
    asking.once('error', reject);
  });
}
