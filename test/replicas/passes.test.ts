/** What has to come through nginx and HAProxy whole: large bodies, streams, health. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import { binaryBody } from '../support/binary.js';
import { grpcClient, nextOf } from '../support/grpc-client.js';
import { identityModel, writeModel } from '../support/onnx-models.js';
import { GRPC, offerOf, settingsOf, startTestServer } from '../support/server.js';
import {
  BALANCERS,
  type BalancerName,
  freePorts,
  isInstalled,
  type Ports,
  startBalancer,
} from './balancer.js';

const MIB = 1024 * 1024;
const LARGE = 100_000_000;

for (const name of BALANCERS) {
  const skip = !isInstalled(name) && `${name} is not installed`;

  test(`100 MB in chunks pass through ${name}, both ways`, { skip }, async (t) => {
    const ports = await serverBehind(t, name);
    const tensor = new Uint8Array(LARGE).fill(7);
    tensor[LARGE - 1] = 8;
    const input = {
      name: 'input',
      datatype: 'UINT8',
      shape: [LARGE],
      parameters: { binary_data_size: LARGE },
    };
    const { body, jsonBytes } = binaryBody(
      { inputs: [input], parameters: { binary_data_output: true } },
      tensor,
    );
    const answer = await postInChunks(ports.rest, body, jsonBytes);
    assert.ok(Buffer.from(tensor.buffer).equals(answer.subarray(-LARGE)));
  });

  test(`a stream of gRPC is answered message by message through ${name}`, { skip }, async (t) => {
    const ports = await serverBehind(t, name);
    const client = grpcClient(ports.grpc);
    t.after(() => client.close());
    const stream = client.stream('ModelStreamInfer');
    for (const value of [1, 2, 3]) {
      stream.write({
        model_name: 'model',
        inputs: [{ name: 'input', datatype: 'UINT8', shape: [1] }],
        raw_input_contents: [Buffer.from([value])],
      });
      // The next is not sent before this one is answered: nothing between may wait for the stream's end.
      const { infer_response: answer } = await nextOf(stream);
      assert.deepEqual([...answer.raw_output_contents[0]], [value]);
    }
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.resume().end();
    await ended;
  });

  test(`health of either protocol is heard through ${name}`, { skip }, async (t) => {
    const ports = await serverBehind(t, name);
    const ready = await fetch(`http://127.0.0.1:${ports.rest}/v2/health/ready`);
    assert.deepEqual([ready.status, await ready.json()], [200, { ready: true }]);
    const health = grpcClient(ports.grpc, 'grpc.health.v1.Health');
    t.after(() => health.close());
    assert.deepEqual(await health.call('Check'), { status: 'SERVING' });
    const watch = health.raw.Watch({});
    watch.on('error', () => {});
    assert.deepEqual(await nextOf(watch), { status: 'SERVING' });
    watch.cancel();
  });
}

const skip = !isInstalled('haproxy') && 'haproxy is not installed';

test('HAProxy refuses a body that says it is larger than 100 MB before it is sent', { skip }, async (t) => {
  const ports = await serverBehind(t, 'haproxy');
  const status = await new Promise((resolve, reject) => {
    const headers = { 'Content-Length': 100 * MIB + 1 };
    const sending = request(
      { port: ports.rest, method: 'POST', path: '/v2/models/model/infer', headers },
      (response) => {
        resolve(response.statusCode);
        sending.destroy();
      },
    );
    sending.once('error', reject);
    sending.flushHeaders();
  });
  assert.equal(status, 413);
});

async function serverBehind(t: TestContext, name: BalancerName): Promise<Ports> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-passes-'));
  const path = writeModel(folder, 'model.onnx', identityModel('UINT8'));
  const rest = {
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 256 * MIB,
    bodyTimeoutMs: 60_000,
    corsOrigins: [],
  };
  const server = await startTestServer(settingsOf([offerOf({ path })], { rest, grpc: GRPC }));
  await server.server.modelsSettled;
  const backend = { rest: `127.0.0.1:${server.port}`, grpc: `127.0.0.1:${server.grpcPort}` };
  const ports = await freePorts();
  const balancer = await startBalancer(name, [backend], ports, folder);
  t.after(async () => {
    await balancer.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  return ports;
}

/** Without a Content-Length; answers what came back. */
async function postInChunks(port: number, body: Uint8Array, jsonBytes: number): Promise<Buffer> {
  const headers = { 'Inference-Header-Content-Length': String(jsonBytes), 'Transfer-Encoding': 'chunked' };
  const sending = request({ port, method: 'POST', path: '/v2/models/model/infer', headers });
  const answered = new Promise<Buffer>((resolve, reject) => {
    sending.once('error', reject).once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject).once('end', () => {
        const answer = Buffer.concat(pieces);
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`status ${response.statusCode}: ${answer.toString().slice(0, 200)}`));
      });
    });
  });
  await pipeline(Readable.from(slices(body)), sending);
  return await answered;
}

function* slices(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += MIB) yield body.subarray(at, at + MIB);
}
