import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityModel, writeModel } from '../support/onnx-models.js';
import { type BalancerName, type Ports, REPLICA_OPTIONS, startBalancer } from './balancer.js';
import { DEEDS, type Deed, perform } from './deeds.js';
import { sharesOver, untilEven } from './evenness.js';
import { byKind, Load } from './load.js';
import { type Network, openLoopback, openNamespaces } from './network.js';
import { Replica } from './replica.js';
import type { DeedResult, SceneResult } from './result.js';

/** What is to be done to the replicas behind one balancer. */
export interface Order {
  readonly balancer: BalancerName;
  readonly replicas: number;
  /** How often each is done. */
  readonly deeds: Readonly<Partial<Record<Deed, number>>>;
  readonly network: Network['kind'];
}

/** Requests wait so long for others in the replica, at no cost, so that there are some to lose whenever one dies. */
const IN_REPLICA_US = 20_000;
const LOOK_TURNS = 200;

/** Plays a scene in the network that it is to be in. */
export async function play(order: Order): Promise<SceneResult> {
  const network =
    order.network === 'namespaces' ? openNamespaces(order.replicas) : openLoopback(order.replicas);
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-replicas-'));
  const config = modelConfig(folder);
  const options = REPLICA_OPTIONS[order.balancer];
  const replicas = network.places.map((place) => new Replica(place, config, options));
  try {
    await Promise.all(replicas.map((replica) => replica.start()));
    const backends = replicas.map(({ backend }) => backend);
    const balancer = await startBalancer(order.balancer, backends, portsOf(network), folder);
    const results: DeedResult[] = [];
    for (const deed of DEEDS) {
      const times = order.deeds[deed] ?? 0;
      if (times === 0) continue;
      console.error(`${order.balancer}, ${order.replicas} replicas: ${deed} x ${times}`);
      const load = new Load(balancer.ports);
      const sentBefore = balancer.sentAgain().length;
      await untilEven(load, replicas);
      const before = await sharesOver(load, replicas, LOOK_TURNS);
      const done = await perform(deed, times, { load, replicas });
      const after = await sharesOver(load, replicas, LOOK_TURNS);
      await load.stop();
      const { counts, failures } = load;
      const sentAgain = byKind(balancer.sentAgain().slice(sentBefore));
      results.push({ deed, done, before, after, counts, sentAgain, failures });
    }
    const complaints = balancer.complaints();
    await balancer.close();
    return { ...order, deeds: results, complaints };
  } finally {
    await Promise.all(replicas.map((replica) => replica.kill()));
    network.close();
    rmSync(folder, { recursive: true });
  }
}

/** Beside other servers of this host, the ports of the files may be taken. */
function portsOf({ kind }: Network): Ports {
  return kind === 'namespaces' ? { rest: 8080, grpc: 8081 } : { rest: 18_780, grpc: 18_781 };
}

function modelConfig(folder: string): string {
  const model = writeModel(folder, 'm.onnx', identityModel('UINT8', ['batch', 'n']));
  const batching = { preferred_batch_size: [64], max_queue_delay_microseconds: IN_REPLICA_US };
  const entry = {
    name: 'm',
    version: '1',
    model,
    device: 'cpu(1)*1',
    max_batch_size: 64,
    dynamic_batching: batching,
  };
  const file = join(folder, 'models.json');
  writeFileSync(file, JSON.stringify({ model_config_list: [entry] }));
  return file;
}
