// Two replicas behind nginx, restarted in turn under constant load over REST and gRPC: how many requests fail?
// `npm run test:rolling [restarts]`; each restart is one of either replica. Ends with status 1 when any did.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identityModel, writeModel } from '../support/onnx-models.js';
import { type Counts, startLoad } from './load.js';
import { type Network, namespacesAllowed, openLoopback, openNamespaces } from './network.js';
import { hasNginx, startNginx } from './nginx.js';
import { Replica } from './replica.js';

/** Tells the process in the new namespaces that it is there. */
const INSIDE = '--inside';

const words = process.argv.slice(2);
const restarts = Number(words.find((word) => /^\d+$/.test(word)) ?? 20);

if (!hasNginx()) {
  console.error('nginx is not installed: apt-get install nginx-light');
  process.exitCode = 2;
} else if (words.includes(INSIDE)) await run(openNamespaces());
else if (namespacesAllowed()) {
  const self = [fileURLToPath(import.meta.url), INSIDE, String(restarts)];
  const { status } = spawnSync('unshare', ['-rn', process.execPath, ...self], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else await run(openLoopback());

async function run(network: Network): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-rolling-'));
  const model = writeModel(folder, 'm.onnx', identityModel('UINT8'));
  const replicas = network.places.map((place) => new Replica(place, model));
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    const nginx = await startNginx(network, folder);
    const load = startLoad(nginx.restPort, nginx.grpcPort);
    const statuses: (number | string)[] = [];
    for (let turn = 0; turn < restarts; turn++) {
      for (const replica of replicas) {
        statuses.push(await replica.stop());
        await replica.start();
        await replica.isUsed();
      }
    }
    await load.stop();
    report(network, load.counts, statuses);
    if (process.exitCode === 1) console.error(nginx.complaints());
    await nginx.close();
  } finally {
    for (const replica of replicas) replica.kill();
    network.close();
    rmSync(folder, { recursive: true });
  }
}

function report({ kind }: Network, counts: Counts, statuses: readonly (number | string)[]): void {
  const { rest, grpc, probe, failures } = counts;
  const unclean = statuses.filter((status) => status !== 0).length;
  const where = kind === 'namespaces' ? 'in network namespaces' : 'on loopback addresses';
  console.log(
    `${statuses.length} restarts of two replicas behind nginx, ${where}; ${unclean} ended with another status than 0`,
  );
  for (const [name, { sent, failed }] of Object.entries({ REST: rest, gRPC: grpc, readiness: probe }))
    console.log(`${name}: ${sent} requests, ${failed} failed`);
  for (const failure of failures) console.log(`  ${failure}`);
  if (unclean + rest.failed + grpc.failed + probe.failed > 0) process.exitCode = 1;
}
