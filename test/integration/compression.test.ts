import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { answeredOutputs, binaryBody, postBytes, type RawReply } from '../support/binary.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { sendRaw } from '../support/raw-http.js';
import { atEnd, serve } from '../support/serve.js';
import { offerOf, settingsOf, type TestServer } from '../support/server.js';

const MiB = 1024 * 1024;
const MAX_BODY_BYTES = 2 * MiB;
const folder = modelDirectory(after);

const request = (count: number): Buffer =>
  Buffer.from(
    `{"inputs":[{"name":"input","datatype":"UINT8","shape":[${count}],"data":[${Array(count).fill(7).join()}]}]}`,
  );

describe('compression', () => {
  const end = atEnd(after);
  let server: TestServer;

  before(async () => {
    const path = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
    const settings = settingsOf([offerOf({ name: 'bytes', path })]);
    server = await serve(end, { ...settings, rest: { ...settings.rest, maxBodyBytes: MAX_BODY_BYTES } });
  });

  function post(
    body: Uint8Array | readonly Uint8Array[],
    headers: Readonly<Record<string, string>>,
  ): Promise<RawReply> {
    return postBytes(server.port, '/v2/models/bytes/infer', body, headers);
  }

  async function theNextRequestWorks(): Promise<void> {
    assert.equal((await post(request(2), {})).status, 200);
  }

  test('answers but to inference are never compressed, for clients that cannot undo it', async (t) => {
    const name = 'm'.repeat(2000);
    const path = writeModel(folder, 'long.onnx', identityModel('UINT8'));
    const long = await serve((stop) => t.after(stop), settingsOf([offerOf({ name, path })]));
    const { status, headers, text } = await long.get('/v2/repository/index');
    assert.deepEqual([status, headers.get('content-encoding')], [200, null]);
    assert.ok(text.length > 2000);
  });

  const understood: [what: string, coding: string, body: Uint8Array | readonly Uint8Array[]][] = [
    ['gzip', 'gzip', gzipSync(request(100))],
    ['gzip in capitals', 'GZIP', gzipSync(request(100))],
    ['several gzip members', 'gzip', Buffer.concat([gzipSync(request(100)), gzipSync(' ')])],
    ['deflate, which is zlib', 'deflate', deflateSync(request(100))],
    ['identity', 'identity', request(100)],
    [
      'gzip in pieces, without a length',
      'gzip',
      [...gzipSync(request(100))].map((byte) => Uint8Array.of(byte)),
    ],
    [
      'a megabyte that arrives in pieces',
      'gzip',
      piecesOf(gzipSync(Buffer.concat([request(100), Buffer.alloc(MiB, ' ')])), 100),
    ],
  ];

  for (const [what, coding, body] of understood) {
    test(`a request in ${what} is read`, async () => {
      const reply = await post(body, { 'content-encoding': coding });
      assert.equal(reply.status, 200, reply.body.toString());
      assert.deepEqual(answeredOutputs(reply)[0]?.data, Array(100).fill(7));
    });
  }

  test('lengths of binary tensors are those of the decompressed bytes', async () => {
    const blob = new Uint8Array(MiB).fill(9);
    const input = { name: 'input', datatype: 'UINT8', shape: [MiB], parameters: { binary_data_size: MiB } };
    const { body, jsonBytes } = binaryBody(
      { inputs: [input], parameters: { binary_data_output: true } },
      blob,
    );
    for (const compress of [gzipSync, deflateSync]) {
      const coding = compress === gzipSync ? 'gzip' : 'deflate';
      const reply = await post(compress(body), {
        'content-encoding': coding,
        'accept-encoding': coding,
        'inference-header-content-length': String(jsonBytes),
      });
      assert.equal(reply.status, 200, reply.body.toString());
      assert.equal(reply.headers['content-encoding'], coding);
      assert.ok(reply.body.length < MiB / 50);
      const whole = (coding === 'gzip' ? gunzipSync : inflateSync)(reply.body);
      const [output] = answeredOutputs({ ...reply, body: whole });
      assert.deepEqual(output?.bytes, blob);
    }
  });

  const damaged = gzipSync(request(100));
  damaged[20] = (damaged[20] ?? 0) ^ 0xff;
  const refused: [what: string, coding: string, body: Uint8Array, status: number, sentence: RegExp][] = [
    [
      'bytes that are no gzip',
      'gzip',
      request(1),
      400,
      /cannot be decompressed with gzip: incorrect header check/,
    ],
    [
      'nothing at all',
      'gzip',
      new Uint8Array(0),
      400,
      /cannot be decompressed with gzip: unexpected end of file/,
    ],
    ['gzip called deflate', 'deflate', gzipSync(request(1)), 400, /cannot be decompressed with deflate/],
    [
      'deflate without its zlib header',
      'deflate',
      deflateRawSync(request(1)),
      400,
      /cannot be decompressed with deflate/,
    ],
    ['gzip that is cut off', 'gzip', gzipSync(request(100)).subarray(0, -3), 400, /unexpected end of file/],
    ['damaged gzip', 'gzip', damaged, 400, /cannot be decompressed with gzip/],
    [
      'bytes behind gzip',
      'gzip',
      Buffer.concat([gzipSync(request(1)), Buffer.from('xx')]),
      400,
      /cannot be decompressed/,
    ],
    [
      'zeros behind gzip',
      'gzip',
      Buffer.concat([gzipSync(request(1)), Buffer.alloc(9)]),
      400,
      /bytes behind the end/,
    ],
    [
      'bytes behind deflate',
      'deflate',
      Buffer.concat([deflateSync(request(1)), Buffer.from('xx')]),
      400,
      /bytes behind the end/,
    ],
    [
      'brotli',
      'br',
      request(1),
      501,
      /^the Content-Encoding 'br' is not supported; supported are gzip, deflate and identity$/,
    ],
    ['gzip twice', 'gzip, gzip', request(1), 501, /the Content-Encoding 'gzip, gzip' is not supported/],
  ];

  for (const [what, coding, body, status, sentence] of refused) {
    test(`${what} is ${status}`, async () => {
      const reply = await post(body, { 'content-encoding': coding });
      assert.equal(reply.status, status, reply.body.toString());
      assert.match(JSON.parse(reply.body.toString()).error, sentence);
      assert.equal(reply.headers['accept-encoding'], status === 501 ? 'gzip, deflate' : undefined);
      await theNextRequestWorks();
    });
  }

  test('an unknown coding is refused before the client is told to go on', async () => {
    const text = await sendRaw(
      server.port,
      'POST /v2/models/bytes/infer HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
    );
    assert.match(text, /^HTTP\/1\.1 501 /);
    assert.match(text, /connection: close/i);
  });

  test('a bomb is 413, and hardly more than the limit is ever held', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * MiB), { level: 9 });
    assert.ok(bomb.length < MAX_BODY_BYTES / 2);
    const before = process.memoryUsage();
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
    }, 1);
    const reply = await post(bomb, { 'content-encoding': 'gzip' });
    clearInterval(watch);
    assert.equal(reply.status, 413);
    assert.equal(
      JSON.parse(reply.body.toString()).error,
      `the request body may have ${MAX_BODY_BYTES} bytes at most, and this is longer when it is decompressed; the limit is --max-body-bytes`,
    );
    assert.ok(most < 8 * MAX_BODY_BYTES, `${most} bytes`);
    await theNextRequestWorks();
  });

  test('a compressed body longer than the limit is 413 too, with and without a length', async () => {
    // Members of nothing: they would never unfold to anything.
    const nothing = Buffer.concat(Array(200_000).fill(gzipSync('')));
    assert.ok(nothing.length > MAX_BODY_BYTES);
    const head = 'POST /v2/models/bytes/infer HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n';
    const chunked = Buffer.concat([
      Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${nothing.length.toString(16)}\r\n`),
      nothing,
    ]);
    const sized = Buffer.from(`${head}Content-Length: ${nothing.length}\r\n\r\n`);
    for (const bytes of [chunked, sized]) {
      assert.match(await sendRaw(server.port, bytes), /^HTTP\/1\.1 413 .*this is (a longer one|\d+ bytes)/s);
    }
    await theNextRequestWorks();
  });

  test('a compressed body that stops half-way is refused or forgotten, and the next request works', async () => {
    const body = gzipSync(request(1000));
    const head = `POST /v2/models/bytes/infer HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    await sendRaw(server.port, Buffer.concat([Buffer.from(head), body.subarray(0, 40)]), { end: true });
    await theNextRequestWorks();
  });

  const large = request(2000);
  const answers: [accept: string | null, coding: string | undefined][] = [
    [null, undefined],
    ['identity', undefined],
    ['br', undefined],
    ['gzip', 'gzip'],
    ['deflate', 'deflate'],
    ['gzip;q=0.1, deflate;q=0.5', 'deflate'],
    ['*', 'gzip'],
    ['gzip;q=0', undefined],
  ];

  for (const [accept, coding] of answers) {
    test(`an answer to Accept-Encoding: ${accept} is in ${coding ?? 'no coding'}`, async () => {
      const reply = await post(large, accept === null ? {} : { 'accept-encoding': accept });
      assert.equal(reply.headers['content-encoding'], coding);
      assert.equal(reply.headers['vary'], 'accept-encoding');
      assert.equal(reply.headers['content-length'], String(reply.body.length));
      const undo = { gzip: gunzipSync, deflate: inflateSync }[coding ?? ''] ?? ((body: Buffer) => body);
      assert.deepEqual(answeredOutputs({ ...reply, body: undo(reply.body) })[0]?.data, Array(2000).fill(7));
    });
  }

  test('small answers are not compressed', async () => {
    const reply = await post(request(10), { 'accept-encoding': 'gzip' });
    assert.equal(reply.headers['content-encoding'], undefined);
    assert.equal(reply.headers['vary'], undefined);
  });

  test('an answer that compressing would not make smaller goes as it is', async () => {
    const noise = new Uint8Array(randomBytes(4096));
    const reply = await post(noise, { 'accept-encoding': 'gzip', 'inference-header-content-length': '0' });
    assert.equal(reply.headers['content-encoding'], undefined);
    assert.deepEqual(answeredOutputs(reply)[0]?.bytes, noise);
  });

  test('HEAD says what GET would', async () => {
    const text = await sendRaw(
      server.port,
      'HEAD /v2/models/bytes HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n',
    );
    assert.match(text, /^HTTP\/1\.1 200 .*content-length: [1-9]\d*\r\n.*\r\n\r\n$/s);
  });
});

function piecesOf(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}
