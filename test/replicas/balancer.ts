import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { repositoryRoot } from '../support/places.js';
import { startHaproxy } from './haproxy.js';
import { startNginx } from './nginx.js';

export const BALANCERS = ['nginx', 'haproxy'] as const;
export type BalancerName = (typeof BALANCERS)[number];

/** The ports of a replica, as `address:port`. */
export interface Backend {
  readonly rest: string;
  readonly grpc: string;
}

/** Where a balancer listens, on 127.0.0.1. */
export interface Ports {
  readonly rest: number;
  readonly grpc: number;
}

/** One of the two in front of replicas, with the file of deploy/ that users are given. */
export interface Balancer {
  readonly ports: Ports;
  /** Every request so far that it sent again to another replica, by its path. */
  sentAgain(): readonly string[];
  /** What it complained of, replicas that are not there apart. */
  complaints(): string;
  close(): Promise<void>;
}

const FILES: Readonly<Record<BalancerName, string>> = {
  nginx: 'deploy/nginx/nginx.conf',
  haproxy: 'deploy/haproxy/haproxy.cfg',
};

/** What each file says that replicas are to be started with. */
export const REPLICA_OPTIONS: Readonly<Record<BalancerName, readonly string[]>> = {
  nginx: ['--drain-delay', '1', '--listen-when-ready'],
  haproxy: ['--drain-delay', '3', '--listen-when-ready'],
};

export function isInstalled(name: BalancerName): boolean {
  return spawnSync(name, ['-v']).status === 0;
}

/** The file of deploy/ with other addresses in it. */
export function configOf(name: BalancerName, backends: readonly Backend[], ports: Ports): string {
  return withAddresses(readFileSync(join(repositoryRoot, FILES[name]), 'utf8'), backends, ports);
}

/**
 * Puts the addresses of replicas into the text of a configuration for two, and those of the balancer: its lines of the
 * first replica are written once for each, those of the second are left out. Nothing else changes.
 */
export function withAddresses(text: string, backends: readonly Backend[], ports: Ports): string {
  const lines = text.split('\n').flatMap((line) => {
    if (line.includes('10.20.0.12:')) return [];
    if (!line.includes('10.20.0.11:')) return [line];
    return backends.map(({ rest, grpc }, index) =>
      line
        .replace('10.20.0.11:8080', rest)
        .replace('10.20.0.11:8081', grpc)
        // Where health is asked for.
        .replace(/ port 8080$/, ` port ${rest.split(':').at(-1)}`)
        .replace('server a ', `server ${'abc'[index]} `),
    );
  });
  return lines
    .join('\n')
    .replace(/^( *(?:listen|bind) ):?8080\b/m, `$1127.0.0.1:${ports.rest}`)
    .replace(/^( *(?:listen|bind) ):?8081\b/m, `$1127.0.0.1:${ports.grpc}`);
}

/** @param folder where it may write; it is left as it is */
export async function startBalancer(
  name: BalancerName,
  backends: readonly Backend[],
  ports: Ports,
  folder: string,
): Promise<Balancer> {
  const start = name === 'nginx' ? startNginx : startHaproxy;
  const { child, ...balancer } = start(configOf(name, backends, ports), folder);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for (const port of [ports.rest, ports.grpc]) await untilOpen(port, child, name);
  return {
    ...balancer,
    ports,
    async close() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

/** A balancer that was just started. */
export type Started = Pick<Balancer, 'sentAgain' | 'complaints'> & { readonly child: ChildProcess };

async function untilOpen(port: number, child: ChildProcess, name: string): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
  }
  throw new Error(`${name} did not start`);
}

/** Ports of this host that nobody has. */
export async function freePorts(): Promise<Ports> {
  return { rest: await freePort(), grpc: await freePort() };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
