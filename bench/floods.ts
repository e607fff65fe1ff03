/** How a light client fares beside floods: its p99 over REST, and the memory of the server. The goal is twice as long at most. */
import { Agent, request } from 'node:http';
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { participant, residentBytes } from './process.js';
import { quantile } from './quantile.js';
import { configFile, temporaryFolder } from './samples.js';
import { table } from './table.js';

const KINDS = ['none', 'half-open heads', 'half-open bodies of 60 MB', 'pings', 'rapid reset'];
const REQUESTS = 1000;
const ROUNDS = 3;
/** The flood has begun by then. */
const RAMP_MS = 1000;
const GOAL = 2;

const BODY = JSON.stringify({
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [4], data: [1, 2, 3, 4] }],
});

interface Round {
  readonly p99Ms: number;
  readonly failed: number;
  readonly residentMiB: number;
}

export async function floods(): Promise<string> {
  const path = writeModel(temporaryFolder(), 'model.onnx', identityModel('UINT8'));
  const rounds = new Map<string, Round[]>(KINDS.map((kind) => [kind, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const kind of KINDS) rounds.get(kind)?.push(await beside(kind, path));
  const quiet = middle(rounds.get('none') ?? [], ({ p99Ms }) => p99Ms);
  const rows = [...rounds].map(([kind, of]) => {
    const p99 = middle(of, ({ p99Ms }) => p99Ms);
    const failed = of.reduce((sum, each) => sum + each.failed, 0);
    const resident = middle(of, ({ residentMiB }) => residentMiB);
    return [kind, p99.toFixed(2), (p99 / quiet).toFixed(2), String(failed), resident.toFixed(0)];
  });
  const told = table(['flood', 'p99 ms', 'x quiet', 'not answered right', 'server MiB'], rows);
  return `${told}\n\n${REQUESTS} requests of one client, one after the other; the middle of ${ROUNDS} rounds. The goal is ${GOAL} x quiet at most.`;
}

async function beside(kind: string, path: string): Promise<Round> {
  const server = await participant<Ports>('./our-server.js', [configFile(path, { device: 'cpu(1)*1' })]);
  const { rest, grpc } = server.first;
  await ask(rest, REQUESTS / 10);
  const flooder = await participant('./flooder.js', [kind, String(rest), String(grpc)]);
  await new Promise((resolve) => setTimeout(resolve, RAMP_MS));
  const { times, failed } = await ask(rest, REQUESTS);
  const residentMiB = residentBytes(server.pid) / 1024 / 1024;
  await flooder.stop();
  await server.stop();
  return { p99Ms: quantile(times, 0.99), failed, residentMiB };
}

async function ask(
  port: number,
  count: number,
): Promise<{ readonly times: readonly number[]; readonly failed: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  let failed = 0;
  for (let i = 0; i < count; i++) {
    const startedAt = performance.now();
    const answer = await once(port, agent).catch(() => '');
    times.push(performance.now() - startedAt);
    if (!/^200 .*"data":\[1,2,3,4\]/.test(answer)) failed++;
  }
  agent.destroy();
  return { times: times.sort((a, b) => a - b), failed };
}

function once(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const to = { port, host: '127.0.0.1', agent, method: 'POST', path: '/v2/models/model/infer' };
    const asked = request({ ...to, headers: { 'content-length': BODY.length } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
    });
    asked.on('error', reject);
    asked.end(BODY);
  });
}

function middle(rounds: readonly Round[], figureOf: (round: Round) => number): number {
  return quantile(
    rounds.map(figureOf).sort((a, b) => a - b),
    0.5,
  );
}
