/** A Prometheus of the test's own, started from the system's `prometheus`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Loose } from './grpc-client.js';
import type { AtEnd } from './serve.js';

/** Why tests with a Prometheus cannot run here; false where they can. */
export const NO_PROMETHEUS: string | false = ['prometheus', 'promtool'].every(
  (command) => spawnSync(command, ['--version']).status === 0,
)
  ? false
  : 'this host has no prometheus and promtool; Debian has both in the package prometheus';

/** How often it scrapes and evaluates its rules. */
const INTERVAL = '200ms';
/** It is looked at so often, and so many times at most: it works at its own pace, and has nothing that could be waited for. */
const PAUSE_MS = 100;
const MAX_LOOKS = 300;

export interface TestPrometheus {
  /** The results of an expression, as its API has them. */
  query(expression: string): Promise<Loose[]>;
  /** Exemplars that were scraped with the series of a selector. */
  exemplars(selector: string): Promise<Loose[]>;
  /** The names of the alerts that fire now. */
  firing(): Promise<readonly string[]>;
  /** What it says of its only target. */
  target(): Promise<Loose>;
}

/** @param rules the contents of a file of rules */
export async function startPrometheus(
  atEnd: AtEnd,
  { port: targetPort, rules }: { readonly port: number; readonly rules: string },
): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-prometheus-'));
  const port = await freePort();
  writeFileSync(join(folder, 'rules.yml'), rules);
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({
      global: { scrape_interval: INTERVAL, scrape_timeout: INTERVAL, evaluation_interval: INTERVAL },
      rule_files: ['rules.yml'],
      scrape_configs: [
        { job_name: 'furiosa-server', static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }] },
      ],
    }),
  );
  const process = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  atEnd(async () => {
    const ended = once(process, 'exit');
    process.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = async (path: string): Promise<Loose> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const { data, error } = (await response.json()) as Loose;
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${error}`);
    return data;
  };
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    (isReady) => isReady,
  );
  return {
    query: async (expression) => (await ask(`/api/v1/query?query=${encodeURIComponent(expression)}`)).result,
    exemplars: (selector) =>
      ask(`/api/v1/query_exemplars?query=${encodeURIComponent(selector)}&start=0&end=9999999999`),
    firing: async () =>
      (await ask('/api/v1/alerts')).alerts
        .filter(({ state }: Loose) => state === 'firing')
        .map(({ labels }: Loose) => labels.alertname),
    target: async () => (await ask('/api/v1/targets')).activeTargets[0],
  };
}

/** Looks now and then until what is seen is as wanted, and answers it. Rejects, with what was seen last, where that never comes. */
export async function until<T>(look: () => Promise<T>, isWanted: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  for (let i = 1; i < MAX_LOOKS && !isWanted(seen); i++) {
    await pause(PAUSE_MS);
    seen = await look();
  }
  if (!isWanted(seen)) throw new Error(`not within ${MAX_LOOKS} looks; seen last: ${JSON.stringify(seen)}`);
  return seen;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
