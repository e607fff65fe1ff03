import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { repositoryRoot } from '../support/places.js';
import type { Network } from './network.js';

/** An nginx between a client of this process and two replicas. */
export interface Nginx {
  readonly restPort: number;
  readonly grpcPort: number;
  /** What it complained of, servers that are not there apart. */
  complaints(): string;
  close(): Promise<void>;
}

/** Lines about what a restart is meant to look like. */
const EXPECTED = /^.*(Connection refused|temporarily disabled|initgroups).*\n/gm;

const TEMPLATE = join(repositoryRoot, 'deploy', 'nginx', 'nginx.conf');

export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0;
}

/** Starts nginx with the file that the documentation shows, on the ports of the file and the addresses of the network. */
export async function startNginx({ kind, places }: Network, folder: string): Promise<Nginx> {
  // Beside other servers of this host, ports of the file may be taken.
  const [restPort, grpcPort] = kind === 'namespaces' ? [8080, 8081] : [18_780, 18_781];
  let site = readFileSync(TEMPLATE, 'utf8')
    .replace('listen 8080;', `listen 127.0.0.1:${restPort};`)
    .replace('listen 8081 http2;', `listen 127.0.0.1:${grpcPort} http2;`);
  places.forEach(({ address }, index) => {
    site = site.replaceAll(`10.20.0.1${index + 1}:`, `${address}:`);
  });
  const errors = join(folder, 'error.log');
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), mainFile(folder, errors));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  for (const port of [restPort, grpcPort]) await untilOpen(port, child);
  return {
    restPort,
    grpcPort,
    complaints: () => readFileSync(errors, 'utf8').replace(EXPECTED, ''),
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

/** What belongs around the site: nothing of it outside of one folder. */
function mainFile(folder: string, errors: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `user root; daemon off; worker_processes 1; pid ${join(folder, 'pid')};
error_log ${errors} warn;
events { worker_connections 1024; }
http { access_log off; ${temporary.join(' ')} include ${join(folder, 'site.conf')}; }
`;
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
  }
  throw new Error('nginx did not start');
}
