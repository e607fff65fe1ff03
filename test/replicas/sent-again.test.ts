/** What the files of deploy/ send again when a replica dies of a request, and what they must not. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import {
  BALANCERS,
  type Balancer,
  type BalancerName,
  freePorts,
  isInstalled,
  startBalancer,
  withAddresses,
} from './balancer.js';
import { type Doomed, startDoomed } from './doomed.js';
import * as haproxy from './haproxy.js';
import * as nginx from './nginx.js';

/** How many replicas hear of a request of which every replica dies. */
const REST_PATHS = [
  { path: '/v2/models/m/infer', times: 2 },
  { path: '/v2/models/m/versions/1/infer', times: 2 },
  { path: '/v2/models/m/generate', times: 2 },
  { path: '/v2/models/m/generate_stream', times: 1 },
  { path: '/v2/repository/models/m/load', times: 1 },
  { path: '/v2/repository/models/m/unload', times: 1 },
  // A model may have any name.
  { path: '/v2/repository/models/infer/load', times: 1 },
  { path: '/v2/logging', times: 1 },
  { path: '/v2/systemsharedmemory/region/r/register', times: 1 },
] as const;

const RPCS: readonly { method: string; times: Record<BalancerName, number> }[] = [
  { method: 'ModelInfer', times: { nginx: 1, haproxy: 2 } },
  { method: 'RepositoryModelLoad', times: { nginx: 1, haproxy: 1 } },
  { method: 'RepositoryModelUnload', times: { nginx: 1, haproxy: 1 } },
];

for (const name of BALANCERS) {
  const skip = !isInstalled(name) && `${name} is not installed`;

  test(`${name} sends inference over REST again once, and nothing that changes anything`, {
    skip,
  }, async (t) => {
    for (const { path, times } of REST_PATHS) {
      const { balancer, heard } = await behind(t, name);
      const answer = await fetch(`http://127.0.0.1:${balancer.ports.rest}${path}`, {
        method: 'POST',
        body: '{}',
      });
      assert.equal(answer.status, 502, path);
      assert.deepEqual(heard(), Array(times).fill(path));
      const isTold = (paths: readonly string[]): boolean => paths.length === times - 1;
      assert.deepEqual(await eventually(lookAt(balancer), isTold, 20_000), times === 2 ? [path] : []);
    }
  });

  test(`${name} sends no call of gRPC again that changes anything`, { skip }, async (t) => {
    for (const { method, times } of RPCS) {
      const { balancer, heard } = await behind(t, name);
      // gRPC's own client sends a call again by itself when it hears that nobody has seen it, and HAProxy says that.
      await assert.rejects(ask(balancer.ports.grpc, `/inference.GRPCInferenceService/${method}`));
      assert.deepEqual(heard(), Array(times[name]).fill(`/inference.GRPCInferenceService/${method}`));
    }
  });
}

test('a configuration for two replicas becomes one for others in its addresses alone', () => {
  const text = 'listen 8081 http2;\n  server a 10.20.0.11:8080 x\n  server b 10.20.0.12:8080 x\nbind :8080';
  const backends = ['1', '2', '3'].map((host) => ({ rest: `h${host}:1`, grpc: `h${host}:2` }));
  assert.equal(
    withAddresses(text, backends, { rest: 5, grpc: 6 }),
    'listen 127.0.0.1:6 http2;\n  server a h1:1 x\n  server b h2:1 x\n  server c h3:1 x\nbind 127.0.0.1:5',
  );
});

test('the log of each tells what was sent again', () => {
  assert.deepEqual(nginx.sentAgainIn('/a 10.0.0.1:80, 10.0.0.2:80\n/b 10.0.0.1:80\n'), ['/a']);
  const line = (tries: string, url: string): string =>
    `127.0.0.1:1 [x] rest rest_replicas/b 0/0/0/1/1 200 9 - - ---- 3/1/0/0/${tries} 0/0 "POST ${url} HTTP/1.1"\n`;
  const log = [line('+1', '/a'), line('0', '/b'), line('1', 'http://127.0.0.1:8081/c')].join('');
  assert.deepEqual(haproxy.sentAgainIn(log), ['/a', '/c']);
});

interface Site {
  readonly balancer: Balancer;
  /** The requests that replicas died of. */
  heard(): readonly string[];
}

async function behind(t: TestContext, name: BalancerName): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-doomed-'));
  const doomed: Doomed[] = [await startDoomed(), await startDoomed()];
  const ports = await freePorts();
  const backends = doomed.map(({ backend }) => backend);
  const balancer = await startBalancer(name, backends, ports, folder);
  t.after(async () => {
    await balancer.close();
    for (const each of doomed) each.close();
    rmSync(folder, { recursive: true });
  });
  return { balancer, heard: () => doomed.flatMap(({ heard }) => heard) };
}

/** The log comes after the answer. */
function lookAt(balancer: Balancer): () => Promise<readonly string[]> {
  return async () => {
    await setImmediate();
    return balancer.sentAgain();
  };
}

/** One call over a connection of its own, sent once; rejects with how its stream was ended or the status of HTTP. */
function ask(port: number, path: string): Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const headers = { 'content-type': 'application/grpc', te: 'trailers', ':method': 'POST', ':path': path };
  const stream = session.request(headers);
  stream.end(Buffer.alloc(5));
  return new Promise<void>((resolve, reject) => {
    stream.once('response', (answer) => {
      const status = answer[':status'];
      if (status !== 200) reject(new Error(`status ${status}`));
    });
    stream.once('error', reject).once('end', resolve).resume();
  }).finally(() => session.destroy());
}
