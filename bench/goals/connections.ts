/** What connections cost that say nothing: a server with ten of them beside one with ten thousand, the same traffic on both. */
import type { IdleOrder, IdleResult } from '../idle-connections.js';
import type { Ports } from '../our-server.js';
import { placesOf } from '../pinning.js';
import { type Participant, participant } from '../process.js';
import { jsonRequest } from '../requests.js';
import { configFile } from '../samples.js';
import { alternate, type Measure, overHttp } from '../side-by-side.js';
import { eachRound, type Found, figuresOf, type GoalsPlan } from './goal.js';
import { inputTo } from './served.js';
import { MNIST } from './tiny.js';

const FEW = 10;
const BUSY = 16;
const GOAL = { least: 0.93 };

export async function connections({ blocks: plan, idleConnections }: GoalsPlan): Promise<Found> {
  const places = placesOf('one');
  const load = await participant<string>('./load.js', [], places.load);
  const few = await withIdle(load, FEW);
  const many = await withIdle(load, idleConnections);
  const blocks = await alternate({ few: few.measure, many: many.measure }, plan);
  const label = (count: number): string => `furiosa server, ${count.toLocaleString('en')} idle connections`;
  const figures = figuresOf(
    blocks,
    {
      few: { label: label(FEW), process: few.server },
      many: { label: label(idleConnections), process: many.server },
    },
    { scenario: 'Offline', model: MNIST.name },
  );
  await Promise.all([load, few, many].map((each) => each.stop()));
  const rounds = eachRound(blocks, (block) => block('many').perSecond / block('few').perSecond);
  const goal = `${FEW} to ${idleConnections.toLocaleString('en')} idle keep-alive connections: rate / rate`;
  return { rows: [{ goal, scenario: 'Offline', rounds, bound: GOAL }], figures };
}

interface Site {
  readonly server: Participant;
  readonly measure: Measure;
  readonly stop: () => Promise<void>;
}

async function withIdle(load: Participant, count: number): Promise<Site> {
  const places = placesOf('one');
  const config = configFile(MNIST.path, { device: 'cpu(1)*1' });
  const server = await participant<Ports>('./our-server.js', [config], places.server);
  const holder = await participant<string>('./idle-connections.js', [], places.load);
  const order: IdleOrder = { port: server.first.rest, connections: count };
  const asked = { ...jsonRequest(inputTo(MNIST, MNIST.shapes[0] ?? [])), connections: BUSY };
  const infer = overHttp(load, server, server.first.rest, asked);
  return {
    server,
    async measure(durationMs) {
      const { open } = await holder.ask<IdleResult>(order);
      if (open < count) throw new Error(`only ${open} of ${count} idle connections are open`);
      return await infer(durationMs);
    },
    async stop() {
      await Promise.all([server.stop(), holder.stop()]);
    },
  };
}
