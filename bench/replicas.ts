/**
 * Two replicas with one instance each, beside one server with two instances, for a model that keeps both CPUs busy: asked in turns
 * by the client itself, through nginx and through HAProxy with the files of deploy/.
 */
import {
  BALANCERS,
  type Balancer,
  freePorts,
  isInstalled,
  startBalancer,
} from '../test/replicas/balancer.js';
import { inputTo } from './goals/served.js';
import type { LoadOrder } from './load.js';
import type { LoadResult } from './load-result.js';
import { bert } from './nets/shaped.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { jsonRequest } from './requests.js';
import { configFile, temporaryFile, temporaryFolder } from './samples.js';
import { httpBytes } from './side-by-side.js';
import { ratios, spread } from './spread.js';
import { median, table } from './table.js';

const PLAN = { rounds: 6, blockMs: 5000, warmUpMs: 2000 };
const QUICK_PLAN = { rounds: 2, blockMs: 1000, warmUpMs: 500 };
const CONNECTIONS = 8;
const LABELS: Readonly<Record<string, string>> = {
  one: 'one server, two instances',
  direct: 'two replicas, asked in turns',
  nginx: 'two replicas behind nginx',
  haproxy: 'two replicas behind HAProxy',
};

/** @param flags `--quick` for a short run */
export async function replicas(flags: readonly string[]): Promise<string> {
  const { rounds, blockMs, warmUpMs } = flags.includes('--quick') ? QUICK_PLAN : PLAN;
  const model = bert();
  const load = await participant<string>('./load.js');
  const serverOf = (instances: number): ReturnType<typeof participant<Ports>> =>
    participant<Ports>('./our-server.js', [configFile(model.path, { device: `cpu(1)*${instances}` })]);
  const one = await serverOf(2);
  const pair = [await serverOf(1), await serverOf(1)];
  const balancers = await balancersOf(pair.map(({ first }) => first));
  const requestFiles = model.shapes.map((shape) =>
    temporaryFile('request', httpBytes(jsonRequest(inputTo(model, shape)))),
  );
  const ports: Record<string, readonly number[]> = {
    one: [one.first.rest],
    direct: pair.map(({ first }) => first.rest),
    ...Object.fromEntries(Object.entries(balancers).map(([name, { ports }]) => [name, [ports.rest]])),
  };
  const measure = (name: string, durationMs: number): Promise<LoadResult> =>
    measured(load, { port: 0, ports: ports[name] ?? [], requestFiles, connections: CONNECTIONS, durationMs });
  const names = Object.keys(ports);
  const blocks: Record<string, LoadResult[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await measure(name, warmUpMs);
  for (let round = 0; round < rounds; round++) {
    console.error(`  round ${round + 1} of ${rounds}`);
    for (const name of round % 2 === 0 ? names : [...names].reverse())
      blocks[name]?.push(await measure(name, blockMs));
  }
  await Promise.all(Object.values(balancers).map((balancer) => balancer.close()));
  await Promise.all([load, one, ...pair].map((each) => each.stop()));
  return report(blocks);
}

/** Of those that are installed. */
async function balancersOf(servers: readonly Ports[]): Promise<Readonly<Record<string, Balancer>>> {
  const backends = servers.map(({ rest, grpc }) => ({
    rest: `127.0.0.1:${rest}`,
    grpc: `127.0.0.1:${grpc}`,
  }));
  const balancers: Record<string, Balancer> = {};
  for (const name of BALANCERS.filter(isInstalled)) {
    const ports = await freePorts();
    balancers[name] = await startBalancer(name, backends, ports, temporaryFolder());
  }
  return balancers;
}

async function measured(load: Participant, order: LoadOrder): Promise<LoadResult> {
  const result = await load.ask<LoadResult>(order);
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
  return result;
}

function report(blocks: Readonly<Record<string, readonly LoadResult[]>>): string {
  const rates = (name: string): number[] => (blocks[name] ?? []).map(({ perSecond }) => perSecond);
  const rows = Object.entries(blocks).map(([name, list]) => [
    LABELS[name] ?? name,
    median(rates(name)).toFixed(1),
    median(list.map(({ p50Ms }) => p50Ms)).toFixed(1),
    median(list.map(({ p99Ms }) => p99Ms)).toFixed(1),
    name === 'one' ? '1' : spread(ratios(rates(name), rates('one'))),
  ]);
  return table(['participant', 'per second', 'p50 ms', 'p99 ms', 'rate, it / one server'], rows);
}
