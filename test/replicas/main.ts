// Replicas behind nginx and HAProxy that are restarted, killed, frozen and slowed down under load over REST and gRPC.
// `npm run test:replicas -- --balancer nginx --replicas 2 --do kill --times 20`: what is left out is all there is.
// `--result FILE` keeps what was found as JSON, `--from FILE` (again and again) tells of runs of before, and `--write`
// puts it into docs/replicas.md. Ends with status 1 when a request failed that must not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BALANCERS, isInstalled } from './balancer.js';
import { DEEDS, TIMES } from './deeds.js';
import { namespacesAllowed } from './network.js';
import { section, writeSection } from './page.js';
import { faultsOf, type SceneResult } from './result.js';
import { type Order, play } from './scene.js';

const { values } = parseArgs({
  options: {
    balancer: { type: 'string' },
    replicas: { type: 'string' },
    do: { type: 'string' },
    times: { type: 'string' },
    result: { type: 'string' },
    from: { type: 'string', multiple: true },
    write: { type: 'boolean', default: false },
    /** For this program's own use: an order to be played in this process, whose result goes to `--result`. */
    play: { type: 'string' },
  },
});

if (values.play !== undefined) {
  const result = await play(JSON.parse(values.play) as Order);
  writeFileSync(values.result ?? '', JSON.stringify(result));
  process.exit(0);
}

const results: SceneResult[] = values.from?.flatMap(resultsIn) ?? [];
for (const order of values.from === undefined ? orders() : []) {
  results.push(playApart(order));
  // After each: a long run that is ended has not been for nothing.
  if (values.result !== undefined) writeFileSync(values.result, JSON.stringify(results));
}
const text = section(results);
console.log(text);
if (values.write) writeSection(text);
const faults = results.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);

function orders(): Order[] {
  const balancers = chosen('balancer', BALANCERS);
  const missing = balancers.find((name) => !isInstalled(name));
  if (missing !== undefined) stop(`${missing} is not installed: apt-get install nginx-light haproxy`);
  const network = namespacesAllowed() ? 'namespaces' : 'loopback';
  const counts = chosen('replicas', ['2', '3']);
  const times = values.times === undefined ? null : Number(values.times);
  if (times !== null && !(times >= 1)) stop(`--times must be a number from 1, not '${values.times}'`);
  const deeds = Object.fromEntries(chosen('do', DEEDS).map((deed) => [deed, times ?? TIMES[deed]]));
  return balancers.flatMap((balancer) =>
    counts.map((replicas) => ({ balancer, replicas: Number(replicas), deeds, network })),
  );
}

/** In a process of its own, alone in its network where the system lets it be. */
function playApart(order: Order): SceneResult {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-replicas-'));
  const file = join(folder, 'result.json');
  const self = [fileURLToPath(import.meta.url), '--play', JSON.stringify(order), '--result', file];
  const [command, ...args] = [
    ...(order.network === 'namespaces' ? ['unshare', '-rn'] : []),
    process.execPath,
    ...self,
  ];
  const { status } = spawnSync(command ?? '', args, { stdio: 'inherit' });
  if (status !== 0) stop(`${order.replicas} replicas behind ${order.balancer} could not be looked at`);
  const result = JSON.parse(readFileSync(file, 'utf8')) as SceneResult;
  rmSync(folder, { recursive: true });
  return result;
}

function resultsIn(file: string): SceneResult[] {
  return JSON.parse(readFileSync(file, 'utf8')) as SceneResult[];
}

function chosen<T extends string>(name: 'balancer' | 'replicas' | 'do', all: readonly T[]): readonly T[] {
  const value = values[name];
  if (value === undefined) return all;
  const found = all.filter((each) => each === value);
  if (found.length === 0) stop(`--${name} must be ${all.join(' or ')}, not '${value}'`);
  return found;
}

function stop(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
