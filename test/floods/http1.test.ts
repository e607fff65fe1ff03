import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Settings } from '#config/settings.js';
import { eventually } from '../support/eventually.js';
import { fared, lightRest } from '../support/light-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { sendRaw } from '../support/raw-http.js';
import { serve } from '../support/serve.js';
import { DEFAULT_LIMITS, offerOf, settingsOf, type TestServer } from '../support/server.js';

/** `npm run test:floods` makes them larger. */
const SCALE = Number(process.env['FLOOD_SCALE'] ?? 1);
const MIB = 1024 * 1024;
const INFER = '/v2/models/m/infer';

const folder = modelDirectory(after);
const path = writeModel(folder, 'm.onnx', identityModel('UINT8'));

function server(
  t: TestContext,
  limits: Partial<Settings['limits']> = {},
  rest: Partial<Settings['rest']> = {},
): Promise<TestServer> {
  const settings = settingsOf([offerOf({ name: 'm', path })]);
  return serve((end) => t.after(end), {
    ...settings,
    // However slow the machine is: a body that is late makes room for another one.
    rest: { ...settings.rest, maxBodyBytes: 64 * MIB, bodyTimeoutMs: 600_000, ...rest },
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
}

/** A connection that sends something and stays; what it is told is kept. */
interface Held {
  readonly socket: Socket;
  heard: string;
  readonly closed: Promise<void>;
}

function hold(t: TestContext, port: number, bytes: string): Held {
  const socket = connect({ port, host: '127.0.0.1' });
  t.after(() => socket.destroy());
  const held: Held = {
    socket,
    heard: '',
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  };
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      held.heard += chunk.toString('latin1');
    });
  socket.write(bytes);
  return held;
}

const head = (length: number, more = ''): string =>
  `POST ${INFER} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n${more}\r\n`;

async function gauge(asked: TestServer, name: string): Promise<number> {
  const { text } = await asked.get('/metrics');
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}

/** What a flood of many bodies may do to the memory of this process, which has both ends of it. */
function grownSince(before: number): number {
  return (process.memoryUsage.rss() - before) / MIB;
}

test('bodies that are announced and do not come leave room for small requests, and are refused beyond the limit', async (t) => {
  const asked = await server(t, { maxInflightBytes: 100 * MIB, minBodyRate: 0 });
  const light = lightRest(asked.port, 'm');
  const before = process.memoryUsage.rss();
  const many = Array.from({ length: 500 * SCALE }, () => hold(t, asked.port, head(60 * MIB)));
  const [refused] = await eventually(
    async () => {
      await gauge(asked, 'furiosa_inflight_bytes');
      return many.filter(({ heard }) => heard.includes('\r\n\r\n{'));
    },
    (found) => found.length === many.length - 1,
  );
  assert.match(refused?.heard ?? '', /^HTTP\/1.1 503 .*\r\nretry-after: 1\r\n/s);
  assert.match(
    refused?.heard ?? '',
    /\{"error":"requests that are not answered yet hold \d+ of 104857600 bytes, and there is no room for this one of 62914560; try again later"\}/,
  );
  assert.equal(
    await gauge(asked, 'furiosa_refused_requests_total\\{reason="inflight_bytes"\\}'),
    many.length - 1,
  );
  for (const { socket } of many) socket.destroy();
  await eventually(
    () => gauge(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes < MIB,
  );
  t.diagnostic(fared(await light.stop()));
  assert.ok(grownSince(before) < 150, `${grownSince(before)} MiB more`);
});

test('half-open bodies by the thousand: who is honest is served beside them', async (t) => {
  // They are to be open all at once, however slow the machine is.
  const asked = await server(t, { minBodyRate: 0 });
  const light = lightRest(asked.port, 'm');
  const many = Array.from({ length: 1000 * SCALE }, () => hold(t, asked.port, `${head(60_000)}{"inputs":`));
  const wanted = many.length * 60_000;
  await eventually(
    () => gauge(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes >= wanted,
  );
  t.diagnostic(`${many.length} half-open bodies: ${fared(await light.stop())}`);
  for (const { socket } of many) socket.destroy();
  await eventually(
    () => gauge(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes === 0,
  );
});

test('a chunked body that grows is refused when there is no room for more of it', async (t) => {
  const asked = await server(t, { maxInflightBytes: 8 * MIB });
  const other = hold(t, asked.port, head(6 * MIB));
  await eventually(
    () => gauge(asked, 'furiosa_inflight_bytes'),
    (bytes) => bytes === 6 * MIB,
  );
  const piece = `${MIB.toString(16)}\r\n${' '.repeat(MIB)}\r\n`;
  const answer = await sendRaw(
    asked.port,
    `POST ${INFER} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${piece.repeat(3)}0\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1.1 503 .*there is no room for this one of/s);
  other.socket.destroy();
});

test('a body larger than the limit is served where no other large one is in flight', async (t) => {
  const asked = await server(t, { maxInflightBytes: MIB });
  const data = new Array(2 * MIB).fill(7);
  const { status } = await asked.post(INFER, {
    inputs: [{ name: 'input', datatype: 'UINT8', shape: [data.length], data }],
  });
  assert.equal(status, 200);
  assert.equal(await gauge(asked, 'furiosa_inflight_bytes'), 0);
});

test('whoever asks before it sends is told that there is no room', async (t) => {
  const asked = await server(t, { maxInflightBytes: MIB });
  const first = hold(t, asked.port, head(4 * MIB, 'expect: 100-continue\r\n'));
  await eventually(
    async () => {
      await gauge(asked, 'furiosa_inflight_bytes');
      return first.heard;
    },
    (heard) => heard.includes('100 Continue'),
  );
  const second = hold(t, asked.port, head(4 * MIB, 'expect: 100-continue\r\n'));
  await second.closed;
  assert.match(second.heard, /^HTTP\/1.1 503 /);
  first.socket.destroy();
});

test('gzip bombs, also of many members, cost no more than the limit', async (t) => {
  const asked = await server(t, {}, { maxBodyBytes: 16 * MIB });
  const light = lightRest(asked.port, 'm');
  const before = process.memoryUsage.rss();
  const member = gzipSync(Buffer.alloc(16 * MIB, 0x20));
  const bomb = Buffer.concat(new Array(20).fill(member));
  const bombs = Array.from({ length: 4 }, () =>
    fetch(`http://127.0.0.1:${asked.port}${INFER}`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    }),
  );
  for (const answer of await Promise.all(bombs)) {
    assert.equal(answer.status, 413);
    assert.match(await answer.text(), /longer when it is decompressed/);
  }
  const nested = gzipSync(gzipSync(Buffer.alloc(16 * MIB)));
  const twice = await fetch(`http://127.0.0.1:${asked.port}${INFER}`, {
    method: 'POST',
    headers: { 'content-encoding': 'gzip, gzip' },
    body: nested,
  });
  assert.equal(twice.status, 501);
  t.diagnostic(fared(await light.stop()));
  assert.ok(grownSince(before) < 4 * 16 * 4, `${grownSince(before)} MiB more`);
  assert.equal(await gauge(asked, 'furiosa_inflight_bytes'), 0);
});

test('gzip bombs that together are more than there is room for are refused as they unfold', async (t) => {
  const asked = await server(t, { maxInflightBytes: 48 * MIB }, { maxBodyBytes: 40 * MIB });
  const bomb = gzipSync(Buffer.alloc(39 * MIB, 0x20));
  const statuses = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const url = `http://127.0.0.1:${asked.port}${INFER}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-encoding': 'gzip' },
        body: bomb,
      });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  // One that unfolds whole is white space and no request.
  assert.ok(
    statuses.every((status) => status === 503 || status === 400),
    String(statuses),
  );
  assert.ok(statuses.includes(503), String(statuses));
  assert.equal(await gauge(asked, 'furiosa_inflight_bytes'), 0);
});

test('a 100 MB of brackets and a number of 20 MB are refused as fast as they are read', async (t) => {
  const asked = await server(t, {}, { maxBodyBytes: 128 * MIB });
  const light = lightRest(asked.port, 'm');
  const deep = await asked.post(INFER, Buffer.alloc(100 * 1000 * 1000, '['));
  assert.equal(deep.status, 400);
  const nested = await asked.post(INFER, Buffer.concat([Buffer.from('{"x":'), Buffer.alloc(20 * MIB, '[')]));
  assert.match(nested.json.error, /nesting deeper than 100/);
  const digits = Buffer.concat([
    Buffer.from('{"inputs":[{"name":"input","datatype":"UINT8","shape":[1],"data":['),
    Buffer.alloc(20 * MIB, '1'),
  ]);
  const number = await asked.post(INFER, Buffer.concat([digits, Buffer.from(']}]}')]));
  assert.equal(number.status, 400);
  assert.ok(number.text.length < 1000, number.text.slice(0, 200));
  t.diagnostic(fared(await light.stop()));
});

test('a number without an end is refused once it is longer than a body may be', async (t) => {
  const asked = await server(t, {}, { maxBodyBytes: 8 * MIB });
  const held = hold(
    t,
    asked.port,
    `POST ${INFER} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n6\r\n{"x":1\r\n`,
  );
  const piece = `${(64 * 1024).toString(16)}\r\n${'1'.repeat(64 * 1024)}\r\n`;
  for (let sent = 0; sent < 1024 * MIB && !held.socket.destroyed && held.heard === ''; sent += piece.length)
    await new Promise((resolve) => held.socket.write(piece, resolve));
  await held.closed;
  assert.match(held.heard, /^HTTP\/1.1 413 /);
});

test('a hundred thousand chunks of one byte are one body', async (t) => {
  const asked = await server(t);
  const body = Buffer.from(
    `{"inputs":[{"name":"input","datatype":"UINT8","shape":[1],"data":[1]}]}${' '.repeat(100_000)}`,
  );
  const chunks = [...body].map((byte) => `1\r\n${String.fromCharCode(byte)}\r\n`).join('');
  const answer = await sendRaw(
    asked.port,
    `POST ${INFER} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
  );
  assert.match(answer, /^HTTP\/1.1 200 /);
});

test('a body that drips is given up, and its bytes are given back', async (t) => {
  const asked = await server(t, { minBodyRate: 1_000_000 });
  const held = hold(t, asked.port, `${head(50_000)}{"inputs`);
  await held.closed;
  assert.match(held.heard, /^HTTP\/1.1 408 /);
  assert.match(
    held.heard,
    /the request body arrives too slowly: 8 bytes so far, and 1000000 bytes per second is the least/,
  );
  assert.equal(await gauge(asked, 'furiosa_refused_requests_total\\{reason="slow_body"\\}'), 1);
  assert.equal(await gauge(asked, 'furiosa_inflight_bytes'), 0);
});

test('heads that do not come are given up, and heads that are too large or too many refused', async (t) => {
  const asked = await server(t, { headersTimeoutMs: 200, maxHeaderBytes: 4096, maxHeaders: 20 });
  const light = lightRest(asked.port, 'm');
  const slow = Array.from({ length: 200 }, () => hold(t, asked.port, 'POST / HTTP/1.1\r\nhost: x\r\nx-a: '));
  await Promise.all(slow.map(({ closed }) => closed));
  assert.match(slow[0]?.heard ?? '', /^HTTP\/1.1 408 .*did not arrive within 0.2 s/s);
  const large = await sendRaw(asked.port, `GET /v2 HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(5000)}\r\n\r\n`);
  assert.match(large, /^HTTP\/1.1 431 .*the request headers may have 4 KiB at most/s);
  const headers = Array.from({ length: 30 }, (_, i) => `x-${i}: 1\r\n`).join('');
  const many = await sendRaw(
    asked.port,
    `GET /v2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n`,
  );
  assert.match(many, /^HTTP\/1.1 431 .*a request may have 20 headers at most, and this one has more/s);
  t.diagnostic(fared(await light.stop()));
});

test('one connection too many is told so', async (t) => {
  const asked = await server(t, { maxConnections: 3 });
  const kept = [1, 2, 3].map(() => hold(t, asked.port, 'GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n'));
  await eventually(
    () =>
      new Promise((resolve) =>
        setImmediate(() => resolve(kept.filter(({ heard }) => heard.includes('200 OK')).length)),
      ),
    (answered) => answered === 3,
    1e6,
  );
  assert.match(
    await sendRaw(asked.port, 'GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n'),
    /^HTTP\/1.1 503 .*as many connections as it may have/s,
  );
  kept[0]?.socket.destroy();
  await kept[0]?.closed;
  await eventually(
    () => sendRaw(asked.port, 'GET /v2/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
    (answer) => answer.startsWith('HTTP/1.1 200'),
  );
});

test('a client has its own number of connections', async (t) => {
  const asked = await server(t, { maxConnectionsPerClient: 1 });
  const kept = hold(t, asked.port, 'GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n');
  const refused = await sendRaw(asked.port, 'GET /v2 HTTP/1.1\r\nhost: x\r\n\r\n');
  assert.match(refused, /^HTTP\/1.1 429 .*retry-after: 1.*this client has as many connections/s);
  assert.ok(!kept.heard.includes('429'));
});

test('a client has its own rate, probes apart, and a proxy may say who it is', async (t) => {
  const asked = await server(t, {
    clientRate: { requestsPerSecond: 0.001, burst: 2 },
    trustedProxies: ['127.0.0.1'],
  });
  const from = (address: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${asked.port}/v2`, { headers: { 'x-forwarded-for': address } });
  const statuses = async (address: string): Promise<readonly number[]> => [
    (await from(address)).status,
    (await from(address)).status,
    (await from(address)).status,
  ];
  assert.deepEqual(await statuses('203.0.113.1'), [200, 200, 429]);
  assert.deepEqual(await statuses('203.0.113.2'), [200, 200, 429]);
  const refused = await from('203.0.113.1');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.match(
    await refused.text(),
    /the rate limit of 0.001 requests per second and client \(2 at once\) is reached/,
  );
  for (let i = 0; i < 5; i++) assert.equal((await asked.get('/v2/health/live')).status, 200);
});
