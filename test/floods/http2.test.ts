import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Settings } from '#config/settings.js';
import { eventually } from '../support/eventually.js';
import { frame } from '../support/grpc-bytes.js';
import {
  CONTINUATION,
  callHeaders,
  DATA,
  END_HEADERS,
  HEADERS,
  h2Frame,
  PING,
  plainHeader,
  type RawHttp2,
  RST_STREAM,
  rawHttp2,
  SETTINGS,
} from '../support/http2-frames.js';
import { fared, lightGrpc } from '../support/light-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { DEFAULT_LIMITS, GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const { NGHTTP2_ENHANCE_YOUR_CALM: CALM } = constants;
const MIB = 1024 * 1024;
/** More than any guard lets through, and not so many that a server without one would take for ever. */
const MOST_FRAMES = 200_000;
const AT_A_TIME = 200;
/** More than any network is let in with, one flood after the other. */
const MOST_CONNECTIONS = 8;
const INFER = '/inference.GRPCInferenceService/ModelInfer';

const folder = modelDirectory(after);
const path = writeModel(folder, 'm.onnx', identityModel('UINT8'));

function server(t: TestContext, limits: Partial<Settings['limits']> = {}): Promise<TestServer> {
  const settings = settingsOf([offerOf({ name: 'm', path })], { grpc: GRPC });
  return serve((end) => t.after(end), { ...settings, limits: { ...DEFAULT_LIMITS, ...limits } });
}

function open(t: TestContext, asked: TestServer): RawHttp2 {
  const raw = rawHttp2(asked.grpcPort);
  t.after(() => raw.socket.destroy());
  return raw;
}

/** Sends frames until the connection is closed; answers how many. */
async function flood(raw: RawHttp2, frameOf: (n: number) => Buffer): Promise<number> {
  let sent = 0;
  while (sent < MOST_FRAMES && !raw.socket.destroyed) {
    await raw.send(Array.from({ length: AT_A_TIME }, () => frameOf(sent++)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return sent;
}

async function metric(asked: TestServer, name: string): Promise<number> {
  const { text } = await asked.get('/metrics');
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}

const refused = (asked: TestServer, reason: string): Promise<number> =>
  metric(asked, `furiosa_refused_connections_total\\{reason="${reason}"\\}`);

const rows: [title: string, frameOf: (n: number) => Buffer, reason: string, text: string][] = [
  ['pings', () => h2Frame(PING, 0, 0, Buffer.alloc(8)), 'control_frames', 'too_many_pings'],
  [
    'settings',
    () => h2Frame(SETTINGS, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100])),
    'control_frames',
    'too_many_pings',
  ],
  [
    'calls that are reset as soon as they have begun',
    (n) =>
      Buffer.concat([
        h2Frame(HEADERS, END_HEADERS, 2 * n + 1, callHeaders(INFER)),
        h2Frame(RST_STREAM, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])),
      ]),
    'stream_resets',
    'too_many_resets',
  ],
];

for (const [title, frameOf, reason, text] of rows) {
  test(`a flood of ${title} ends its connection, and no other`, async (t) => {
    const asked = await server(t);
    const light = lightGrpc(asked.grpcPort);
    const raw = open(t, asked);
    const sent = await flood(raw, frameOf);
    assert.ok(sent < MOST_FRAMES, 'it was ended before all was sent');
    assert.deepEqual(await raw.ended, { code: CALM, text });
    assert.equal(await refused(asked, reason), 1);
    t.diagnostic(`${sent} frames: ${fared(await light.stop())}`);
    assert.equal(await metric(asked, 'furiosa_inflight_bytes'), 0);
  });
}

test('headers that go on and on end their connection', async (t) => {
  const asked = await server(t);
  const light = lightGrpc(asked.grpcPort);
  const raw = open(t, asked);
  const sent = await flood(raw, (n) =>
    n === 0 ? h2Frame(HEADERS, 0, 1, callHeaders(INFER)) : h2Frame(CONTINUATION, 0, 1, plainHeader('a', 'b')),
  );
  assert.ok(sent < MOST_FRAMES);
  assert.notEqual(await raw.ended, null);
  t.diagnostic(fared(await light.stop()));
});

/** Opens connections that flood, one after the other, until one is ended without a word; answers how many were let in. */
async function floodAgainAndAgain(
  t: TestContext,
  asked: TestServer,
  frameOf: (n: number) => Buffer,
): Promise<number> {
  for (let letIn = 0; letIn < MOST_CONNECTIONS; letIn++) {
    const raw = open(t, asked);
    await flood(raw, frameOf);
    if ((await raw.ended) === null) return letIn;
  }
  return MOST_CONNECTIONS;
}

for (const [title, frameOf] of rows) {
  test(`who comes again after a flood of ${title} is not let in, and who is there is served on`, async (t) => {
    const asked = await server(t);
    const light = lightGrpc(asked.grpcPort);
    const letIn = await floodAgainAndAgain(t, asked, frameOf);
    assert.ok(letIn < MOST_CONNECTIONS, `${letIn} connections were let in`);
    assert.ok(letIn >= 2, 'one connection that is ended is no reason yet');
    assert.ok((await refused(asked, 'misuse')) >= 1);
    t.diagnostic(`${letIn} connections: ${fared(await light.stop())}`);
  });
}

test('a trusted proxy is let in whatever comes through it', async (t) => {
  const asked = await server(t, { trustedProxies: ['127.0.0.1'] });
  const letIn = await floodAgainAndAgain(t, asked, rows[2]?.[1] ?? (() => Buffer.alloc(0)));
  assert.equal(letIn, MOST_CONNECTIONS);
  assert.equal(await refused(asked, 'misuse'), 0);
});

test('a client that pings as often as it is answered goes on', async (t) => {
  const asked = await server(t);
  const raw = open(t, asked);
  const live = callHeaders('/inference.GRPCInferenceService/ServerLive');
  for (let call = 0; call < 60; call++) {
    const id = 2 * call + 1;
    const before = raw.socket.bytesRead;
    await raw.send([h2Frame(HEADERS, END_HEADERS, id, live), h2Frame(DATA, 1, id, frame(Buffer.alloc(0)))]);
    await eventually(
      () => new Promise<number>((resolve) => setImmediate(() => resolve(raw.socket.bytesRead))),
      (read) => read > before,
      1e6,
    );
    await raw.send(Array.from({ length: 30 }, () => h2Frame(PING, 0, 0, Buffer.alloc(8))));
  }
  assert.equal(raw.socket.destroyed, false);
  assert.equal(await refused(asked, 'control_frames'), 0);
});

test('messages that are announced and do not come are refused beyond the limit, with when to come again', async (t) => {
  const asked = await server(t, { maxInflightBytes: 20 * MIB, minBodyRate: 0 });
  const light = lightGrpc(asked.grpcPort);
  const raw = open(t, asked);
  const announced = frame(Buffer.alloc(1), 0, 15 * MIB);
  const call = (id: number): readonly Buffer[] => [
    h2Frame(HEADERS, END_HEADERS, id, callHeaders(INFER)),
    h2Frame(DATA, 0, id, announced),
  ];
  await raw.send([...call(1), ...call(3)]);
  const count = await eventually(
    () => metric(asked, 'furiosa_refused_requests_total\\{reason="inflight_bytes"\\}'),
    (refusals) => refusals > 0,
  );
  assert.equal(count, 1);
  assert.equal(await metric(asked, 'furiosa_inflight_bytes'), 15 * MIB);
  raw.socket.destroy();
  await eventually(
    () => metric(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes < MIB,
  );
  t.diagnostic(fared(await light.stop()));
});

test('messages that unfold to more than there is room for are refused as they do', async (t) => {
  const asked = await server(t, { maxInflightBytes: 20 * MIB });
  const before = process.memoryUsage.rss();
  const raw = open(t, asked);
  const bomb = frame(gzipSync(Buffer.alloc(15 * MIB)), 1);
  const headers = Buffer.concat([callHeaders(INFER), plainHeader('grpc-encoding', 'gzip')]);
  for (let call = 0; call < 20; call++) {
    const id = 2 * call + 1;
    const pieces = Array.from({ length: Math.ceil(bomb.length / 16_384) }, (_, i) =>
      bomb.subarray(16_384 * i, 16_384 * (i + 1)),
    );
    const data = pieces.map((piece, i) => h2Frame(DATA, i === pieces.length - 1 ? 1 : 0, id, piece));
    await raw.send([h2Frame(HEADERS, END_HEADERS, id, headers), ...data]);
  }
  await eventually(
    () => metric(asked, 'furiosa_refused_requests_total\\{reason="inflight_bytes"\\}'),
    (refusals) => refusals > 0,
  );
  await eventually(
    () => metric(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes === 0,
  );
  assert.ok((process.memoryUsage.rss() - before) / MIB < 200);
});

test('connections that say nothing at all are closed after the keep-alive', async (t) => {
  const asked = await server(t, { keepAliveMs: 100, keepAliveTimeoutMs: 100 });
  const silent = Array.from({ length: 50 }, () => connect({ port: asked.grpcPort, host: '127.0.0.1' }));
  t.after(() => {
    for (const socket of silent) socket.destroy();
  });
  await Promise.all(
    silent.map((socket) => {
      socket.on('error', () => {}).resume();
      return new Promise((resolve) => socket.once('close', resolve));
    }),
  );
});
