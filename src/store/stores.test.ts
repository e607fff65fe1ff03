/** Downloads over real HTTP, with everything that can go wrong on the way. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { HastyClock } from '../../test/support/hasty-clock.js';
import { ObjectServer } from '../../test/support/object-server.js';
import { DEFAULT_STORE_OPTIONS, type StoreOptions } from './options.js';
import { openStores, type Stores } from './stores.js';

interface SetUp {
  readonly server: ObjectServer;
  readonly clock: HastyClock;
  readonly folder: string;
  readonly stores: Stores;
  readonly url: (path: string) => string;
}

async function setUp(t: TestContext, options: Partial<StoreOptions> = {}): Promise<SetUp> {
  const server = await ObjectServer.start((fn) => t.after(fn));
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  const clock = new HastyClock();
  const stores = openStores(
    { ...DEFAULT_STORE_OPTIONS, cacheFolder: folder, ...options },
    { clock, random: () => 0 },
  );
  t.after(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });
  return { server, clock, folder, stores, url: (path) => server.origin + path };
}

/** Contents of which no two parts are the same. */
const contents = (length: number, seed = 1): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 31) & 0xff));

const error =
  (code: string, text: RegExp) =>
  (thrown: unknown): true => {
    assert.ok(thrown instanceof ServingError, String(thrown));
    assert.match(thrown.message, text);
    assert.equal(thrown.code, code);
    return true;
  };

test('a file is there under its name, whole, and is not downloaded again', async (t) => {
  const { server, stores, url } = await setUp(t);
  const body = contents(300_000);
  server.put('/models/my%20model.onnx', body);
  const file = await stores.fetchFile(url('/models/my%20model.onnx'));
  assert.match(file.path, /\/my model\.onnx$/);
  assert.deepEqual(readFileSync(file.path), body);
  assert.equal(file.byteLength, 300_000);
  const again = await stores.fetchFile(url('/models/my%20model.onnx'));
  assert.deepEqual([again.path, again.revision], [file.path, file.revision]);
  assert.equal(server.gets.length, 1);
});

test('a newer version is another file, and the one that serves stays as it is', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/m.onnx', 'old');
  const old = await stores.fetchFile(url('/m.onnx'));
  server.put('/m.onnx', 'new!');
  const next = await stores.fetchFile(url('/m.onnx'));
  assert.deepEqual([readFileSync(old.path, 'utf8'), readFileSync(next.path, 'utf8')], ['old', 'new!']);
  assert.notEqual(old.revision, next.revision);
});

test('a download that breaks goes on where it stood', async (t) => {
  const { server, stores, url, clock } = await setUp(t);
  const body = contents(200_000);
  server.put('/m.onnx', body);
  server.mishaps.push({ cutAfter: 60_000 }, { cutAfter: 50_000 });
  const file = await stores.fetchFile(url('/m.onnx'));
  assert.deepEqual(readFileSync(file.path), body);
  assert.deepEqual(server.gets, ['GET /m.onnx', 'GET /m.onnx bytes=60000-', 'GET /m.onnx bytes=110000-']);
  assert.deepEqual(
    clock.waits.filter((ms) => ms >= 200),
    [200, 400],
  );
});

test('a file that changes during its download is the new one, and no mixture', async (t) => {
  const { server, stores, url } = await setUp(t);
  const [old, next] = [contents(200_000, 1), contents(200_000, 2)];
  server.put('/m.onnx', old);
  server.mishaps.push({ cutAfter: 60_000, afterwards: () => server.put('/m.onnx', next) });
  const file = await stores.fetchFile(url('/m.onnx'));
  assert.deepEqual(readFileSync(file.path), next);
  assert.deepEqual(server.gets, ['GET /m.onnx', 'GET /m.onnx bytes=60000-', 'GET /m.onnx']);
});

test('a change is noticed where the server knows no conditions', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/m.onnx', contents(200_000, 1), 'W/"1"');
  const next = contents(200_000, 2);
  server.mishaps.push({ cutAfter: 60_000, afterwards: () => server.put('/m.onnx', next, 'W/"2"') });
  assert.deepEqual(readFileSync((await stores.fetchFile(url('/m.onnx'))).path), next);
});

test('a file that never stops changing is given up', async (t) => {
  const { server, stores, url } = await setUp(t);
  let version = 0;
  const change = (): void => server.put('/m.onnx', contents(100_000, version++));
  change();
  for (let i = 0; i < 3; i++) server.mishaps.push({ cutAfter: 10, afterwards: change }, { status: 412 });
  await assert.rejects(
    stores.fetchFile(url('/m.onnx')),
    error('UNAVAILABLE', /^http:\S+\/m\.onnx kept changing while it was fetched: /),
  );
});

test('a server that is overloaded is asked again, when it wants to be', async (t) => {
  const { server, stores, url, clock } = await setUp(t);
  server.put('/m.onnx', 'model');
  server.mishaps.push({ status: 503 }, { status: 429, headers: { 'retry-after': '7' } });
  assert.equal(readFileSync((await stores.fetchFile(url('/m.onnx'))).path, 'utf8'), 'model');
  assert.deepEqual(
    clock.waits.filter((ms) => ms >= 200),
    [200, 7000],
  );
});

test('tries are bounded, and the next time goes on where the last one stood', async (t) => {
  const { server, stores, url } = await setUp(t, { retries: 2 });
  const body = contents(100_000);
  server.put('/m.onnx', body);
  server.mishaps.push({ cutAfter: 1000 }, { status: 500 }, { status: 500 });
  await assert.rejects(
    stores.fetchFile(url('/m.onnx')),
    error('UNAVAILABLE', /m\.onnx could not be fetched, although it was tried again: the store answers 500/),
  );
  assert.deepEqual(readFileSync((await stores.fetchFile(url('/m.onnx'))).path), body);
  assert.deepEqual(server.gets.slice(3), ['GET /m.onnx bytes=1000-']);
});

const lasting: [status: number, code: string, text: RegExp][] = [
  [404, 'NOT_FOUND', /\/m\.onnx does not exist: the store answers 404 \(Not Found\)$/],
  [401, 'UNAVAILABLE', /\/m\.onnx may not be read: the store answers 401 .*check the credentials/],
  [403, 'UNAVAILABLE', /\/m\.onnx may not be read: the store answers 403 /],
  [400, 'UNAVAILABLE', /\/m\.onnx cannot be fetched: the store answers 400 \(Bad Request\)$/],
];

for (const [status, code, text] of lasting) {
  test(`${status} is not asked again`, async (t) => {
    const { server, stores, url, folder } = await setUp(t);
    server.put('/m.onnx', 'model');
    server.mishaps.push({ status });
    await assert.rejects(stores.fetchFile(`${url('/m.onnx')}?signature=secret`), error(code, text));
    assert.equal(server.gets.length, 1);
    assert.deepEqual(readdirSync(join(folder, 'locks')), []);
  });
}

test('a transfer that stalls is given up and goes on where it stood', async (t) => {
  const { server, stores, url, clock } = await setUp(t);
  const body = contents(200_000);
  server.put('/m.onnx', body);
  server.mishaps.push({ stallAfter: 60_000 });
  const arrived = deferred<void>();
  const fetched = stores.fetchFile(url('/m.onnx'), undefined, (bytes) => {
    if (bytes === 60_000) arrived.resolve();
  });
  await arrived.promise;
  clock.advance(DEFAULT_STORE_OPTIONS.stallMs);
  assert.deepEqual(readFileSync((await fetched).path), body);
  assert.deepEqual(server.gets, ['GET /m.onnx', 'GET /m.onnx bytes=60000-']);
});

test('a server that knows no parts sends it anew', async (t) => {
  const { server, stores, url } = await setUp(t);
  const body = contents(100_000);
  server.put('/m.onnx', body);
  server.mishaps.push({ cutAfter: 1000 }, { ignoresRange: true });
  assert.deepEqual(readFileSync((await stores.fetchFile(url('/m.onnx'))).path), body);
});

test('a signed URL that is good for GET alone is asked with that', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/m.onnx', 'model');
  server.denyHead = true;
  assert.equal(readFileSync((await stores.fetchFile(url('/m.onnx?s=1'))).path, 'utf8'), 'model');
});

test('a server that tells neither tag nor time is asked for everything each time, and gives the same file', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/m.onnx', 'model', null);
  const first = await stores.fetchFile(url('/m.onnx'));
  const second = await stores.fetchFile(url('/m.onnx'));
  assert.equal(first.path, second.path);
  assert.equal(server.gets.length, 2);
});

test('contents with an encoding are refused, and not unfolded', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/m.onnx', 'model');
  server.mishaps.push({ headers: { 'content-encoding': 'gzip' } });
  await assert.rejects(
    stores.fetchFile(url('/m.onnx')),
    error('UNAVAILABLE', /cannot be fetched: the server sends it with Content-Encoding gzip/),
  );
});

test('what is too large is refused before anything of it comes', async (t) => {
  const { server, stores, url } = await setUp(t, { maxObjectBytes: 1000 });
  server.put('/m.onnx', contents(1001));
  await assert.rejects(
    stores.fetchFile(url('/m.onnx')),
    error('UNAVAILABLE', /cannot be fetched: it has 1001 B or more, and one file may have 1000 B$/),
  );
  assert.equal(server.gets.length, 0);
});

test('what does not say how large it is, is read as far as it may be', async (t) => {
  const { server, stores, url, folder } = await setUp(t, { maxObjectBytes: 1000 });
  server.put('/m.onnx', contents(100_000));
  server.denyHead = true;
  server.mishaps.push({ isChunked: true }, { isChunked: true });
  await assert.rejects(stores.fetchFile(url('/m.onnx')), error('UNAVAILABLE', /one file may have 1000 B$/));
  assert.deepEqual(readdirSync(join(folder, 'partial')), []);
});

test('who does not want it any more is let go; what came stays for the next time', async (t) => {
  const { server, stores, url } = await setUp(t);
  const body = contents(100_000);
  server.put('/m.onnx', body);
  server.mishaps.push({ stallAfter: 1000 });
  const leaving = new AbortController();
  await assert.rejects(
    stores.fetchFile(url('/m.onnx'), leaving.signal, () => leaving.abort()),
    error('CANCELLED', /\/m\.onnx is not fetched any more$/),
  );
  assert.deepEqual(readFileSync((await stores.fetchFile(url('/m.onnx'))).path), body);
  assert.deepEqual(server.gets, ['GET /m.onnx', 'GET /m.onnx bytes=1000-']);
});

test('a folder looks like the one that it comes from, and is never seen half', async (t) => {
  const { server, stores, url, folder } = await setUp(t);
  server.put('/r/m/1/model.onnx', 'model');
  server.put('/r/m/1/weights%20of%20it.bin', 'weights');
  server.put('/r/m/config.pbtxt', 'config');
  const tree = await stores.fetchTree(url('/r/m'), ['1/model.onnx', '1/weights of it.bin', 'config.pbtxt']);
  const found = readdirSync(tree.folder, { recursive: true }).map(String).sort();
  assert.deepEqual(found, ['1', '1/model.onnx', '1/weights of it.bin', 'config.pbtxt']);
  assert.equal(readFileSync(join(tree.folder, '1/weights of it.bin'), 'utf8'), 'weights');
  assert.equal(tree.byteLength, 18);
  await assert.rejects(
    stores.fetchTree(url('/r/m'), ['1/model.onnx', 'nothing']),
    error('NOT_FOUND', /nothing/),
  );
  const trees = readdirSync(join(folder, 'trees')).sort();
  assert.deepEqual(trees, [tree.revision, `${tree.revision}.json`]);
});

test('files from several places lie beside each other', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/a/model.onnx', 'model');
  server.put('/b/model.onnx_data', 'weights');
  const { folder } = await stores.fetchFiles([url('/a/model.onnx'), url('/b/model.onnx_data')]);
  assert.deepEqual(readdirSync(folder).sort(), ['model.onnx', 'model.onnx_data']);
  await assert.rejects(
    stores.fetchFiles([url('/a/x.onnx'), url('/b/x.onnx')]),
    error('INVALID_ARGUMENT', /'x\.onnx' .* is named twice/),
  );
});

test('keys that would leave the folder are refused before anything is asked for', async (t) => {
  const { server, stores, url, folder } = await setUp(t);
  await assert.rejects(
    stores.fetchTree(url('/r'), ['../m']),
    error('INVALID_ARGUMENT', /would leave its folder/),
  );
  assert.deepEqual([server.requests, readdirSync(folder)], [[], []]);
});

test('progress is told, in bytes of all that is fetched', async (t) => {
  const { server, stores, url } = await setUp(t);
  server.put('/r/a', contents(3000, 1));
  server.put('/r/b', contents(5000, 2));
  const told: (readonly [number, number | null])[] = [];
  await stores.fetchTree(url('/r'), ['a', 'b'], undefined, (bytes, total) => told.push([bytes, total]));
  assert.deepEqual(told.at(-1), [8000, 8000]);
});

test('neither credentials nor a query are shown, and credentials are sent', async (t) => {
  const { server, stores, url } = await setUp(t, { retries: 0 });
  const secret = url('/m.onnx?signature=abc').replace('http://', 'http://me:pass%40word@');
  await assert.rejects(stores.fetchFile(secret), (thrown: Error) => {
    assert.equal(thrown.message, `${url('/m.onnx')} does not exist: the store answers 404 (Not Found)`);
    return true;
  });
  assert.equal(server.lastHeaders.authorization, `Basic ${btoa('me:pass@word')}`);
  assert.deepEqual(server.requests, ['HEAD /m.onnx?signature=abc']);
});

test('a server that is not there is named with its reason', async (t) => {
  const { stores } = await setUp(t, { retries: 1 });
  await assert.rejects(
    stores.fetchFile('http://127.0.0.1:9/m.onnx'),
    error(
      'UNAVAILABLE',
      /^http:\/\/127\.0\.0\.1:9\/m\.onnx could not be fetched, although it was tried again: .*(ECONNREFUSED|bad port)/,
    ),
  );
});

test('a web server is not listed', async (t) => {
  const { stores, url } = await setUp(t);
  await assert.rejects(
    stores.listTree(url('/r')),
    error('UNAVAILABLE', /a web server does not tell what it has/),
  );
});

test('nothing is made before something is fetched', async (t) => {
  const { folder, stores } = await setUp(t);
  await stores.close();
  assert.deepEqual(readdirSync(folder), []);
});
