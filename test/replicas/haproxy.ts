import { spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Started } from './balancer.js';

/** Lines of requests, and of what replicas that go and come are meant to look like. */
const EXPECTED = /^.*(?:\d+\/\d+\/\d+\/\d+\/\+?\d+ \d+\/\d+|is (?:DOWN|UP)|has no server available).*\n/gm;

/** Starts HAProxy with a configuration, whose log goes to the standard error. */
export function startHaproxy(config: string, folder: string): Started {
  const file = join(folder, 'haproxy.cfg');
  const log = join(folder, 'haproxy.log');
  writeFileSync(file, config);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', openSync(log, 'a')] });
  return {
    child,
    sentAgain: () => sentAgainIn(readFileSync(log, 'utf8')),
    complaints: () => readFileSync(log, 'utf8').replace(EXPECTED, ''),
  };
}

/**
 * Of HAProxy's own lines for HTTP, those that count tries beyond the first (a `+` says that the last was on another
 * server): `… ---- 3/1/0/0/+1 0/0 "POST /v2/models/m/infer HTTP/1.1"`.
 */
export function sentAgainIn(log: string): readonly string[] {
  const lines = /^.* \d+\/\d+\/\d+\/\d+\/\+?(\d+) \d+\/\d+ "\S+ (?:https?:\/\/[^/ ]+)?(\S+)[^"]*"$/gm;
  return [...log.matchAll(lines)].filter(([, tries]) => tries !== '0').map(([, , path = '']) => path);
}
