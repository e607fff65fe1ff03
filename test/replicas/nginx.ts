import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Started } from './balancer.js';

/** Lines about what replicas that go and come are meant to look like. */
const EXPECTED =
  /^.*(Connection refused|temporarily disabled|initgroups|prematurely closed|reset by peer|timed out|buffered to a temporary).*\n/gm;

/** Starts nginx with a site. */
export function startNginx(site: string, folder: string): Started {
  const errors = join(folder, 'error.log');
  const requests = join(folder, 'requests.log');
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), mainFile(folder, errors, requests));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  return {
    child,
    sentAgain: () => (existsSync(requests) ? sentAgainIn(readFileSync(requests, 'utf8')) : []),
    complaints: () => readFileSync(errors, 'utf8').replace(EXPECTED, ''),
  };
}

/** Of lines that say a path and then the upstreams, those with several: `/v2/models/m/infer 10.20.0.11:8080, 10.20.0.12:8080`. */
export function sentAgainIn(log: string): readonly string[] {
  return [...log.matchAll(/^(\S+) \S+, /gm)].map(([, path = '']) => path);
}

/** What belongs around the site: nothing of it outside of one folder. */
function mainFile(folder: string, errors: string, requests: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  return `user root; daemon off; worker_processes 1; pid ${join(folder, 'pid')};
error_log ${errors} warn;
events { worker_connections 1024; }
http {
  log_format upstreams '$uri $upstream_addr';
  map $upstream_addr $is_sent_again { default 0; "~," 1; }
  access_log ${requests} upstreams if=$is_sent_again;
  ${temporary.join(' ')}
  include ${join(folder, 'site.conf')};
}
`;
}
