/** S3 as a real S3-compatible server speaks it, over a line that breaks. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { DEFAULT_STORE_OPTIONS, type StoreOptions } from '#store/options.js';
import { openStores, type Stores } from '#store/stores.js';
import { BadLine } from '../../../test/support/bad-line.js';
import { HastyClock } from '../../../test/support/hasty-clock.js';
import {
  ACCESS_KEY,
  BUCKET,
  CHECKS_SIGNATURES,
  NO_S3,
  SECRET_KEY,
  startS3,
  type TestS3,
} from '../../../test/support/s3.js';

// What the client finds by itself must not be that of whoever runs the tests.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY: SECRET_KEY,
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
});

interface SetUp {
  readonly s3: TestS3;
  readonly line: BadLine;
  readonly clock: HastyClock;
  readonly folder: string;
  readonly stores: Stores;
}

async function setUp(t: TestContext, options: Partial<StoreOptions> = {}): Promise<SetUp> {
  const s3 = await startS3((fn) => t.after(fn));
  const line = await BadLine.to(s3.endpoint, (fn) => t.after(fn));
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  const clock = new HastyClock();
  const stores = openStores(
    {
      ...DEFAULT_STORE_OPTIONS,
      cacheFolder: folder,
      s3: { ...DEFAULT_STORE_OPTIONS.s3, endpoint: line.endpoint },
      ...options,
    },
    { clock, random: () => 0 },
  );
  t.after(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });
  return { s3, line, clock, folder, stores };
}

const MODEL = `s3://${BUCKET}/m/1/model.onnx`;
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

const s3Test = (name: string, fn: (t: TestContext) => Promise<void>): void =>
  void test(name, { skip: NO_S3 }, fn);

s3Test('what lies below a prefix is listed, with sizes and versions, and fetched as a folder', async (t) => {
  const { s3, stores } = await setUp(t);
  await s3.put('m/1/model.onnx', 'model');
  await s3.put('m/1/weights of it.bin', 'weights');
  await s3.put('m/config.pbtxt', 'config');
  await s3.put('mm/other', 'other');
  const listed = await stores.listTree(`s3://${BUCKET}/m/`);
  assert.deepEqual(listed.map(({ key, byteLength }) => [key, byteLength]).sort(), [
    ['1/model.onnx', 5],
    ['1/weights of it.bin', 7],
    ['config.pbtxt', 6],
  ]);
  const tree = await stores.fetchTree(`s3://${BUCKET}/m`, listed);
  assert.deepEqual(readdirSync(tree.folder).sort(), ['1', 'config.pbtxt']);
  assert.equal(readFileSync(join(tree.folder, '1/weights of it.bin'), 'utf8'), 'weights');
  assert.deepEqual(tree.objects, listed);
});

s3Test('a listing of several pages is whole, and one without end is refused', async (t) => {
  if (!CHECKS_SIGNATURES) return t.skip('this server takes half a minute to take so many');
  const { s3, stores } = await setUp(t, { maxKeys: 1002 });
  const put = async (first: number): Promise<void> => {
    for (let i = first; i < 1002; i += 8) await s3.put(`m/${i}`, '');
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(put));
  assert.equal((await stores.listTree(`s3://${BUCKET}/m`)).length, 1002);
  await s3.put('m/more', '');
  await assert.rejects(
    stores.listTree(`s3://${BUCKET}/m`),
    error('UNAVAILABLE', /^more than 1002 objects lie below s3:\/\/models\/m: name a folder of it$/),
  );
});

s3Test('a listing tells another version when an object is another one', async (t) => {
  const { s3, stores } = await setUp(t);
  await s3.put('m/1/model.onnx', 'one');
  const [before] = await stores.listTree(`s3://${BUCKET}/m`);
  await s3.put('m/1/model.onnx', 'two');
  const [after] = await stores.listTree(`s3://${BUCKET}/m`);
  assert.notEqual(before?.version, '');
  assert.notEqual(before?.version, after?.version);
});

s3Test('a truncated download goes on where it stood', async (t) => {
  const { s3, line, clock, stores } = await setUp(t);
  const body = contents(3_000_000);
  await s3.put('m/1/model.onnx', body);
  const [listed] = await stores.listTree(`s3://${BUCKET}/m`);
  assert.ok(listed);
  line.breakOnce({ after: 1_500_000, how: 'cut' });
  const told: number[] = [];
  const tree = await stores.fetchTree(`s3://${BUCKET}/m`, [listed], undefined, (bytes) => told.push(bytes));
  assert.deepEqual(readFileSync(join(tree.folder, listed.key)), body);
  assert.deepEqual(
    clock.waits.filter((ms) => ms >= 200),
    [200],
  );
  assert.ok(
    told.every((bytes, i) => bytes >= (told[i - 1] ?? 0)),
    'it began anew',
  );
});

s3Test(
  'an object that is replaced in the middle of its download is the new one, and no mixture',
  async (t) => {
    const { s3, line, stores } = await setUp(t);
    await s3.put('m/1/model.onnx', contents(3_000_000, 1));
    const next = contents(3_000_000, 2);
    line.breakOnce({ after: 1_500_000, how: 'cut', afterwards: () => s3.put('m/1/model.onnx', next) });
    assert.deepEqual(readFileSync((await stores.fetchFile(MODEL)).path), next);
  },
);

s3Test('an object that goes away in the middle of its download does not exist', async (t) => {
  const { s3, line, stores, folder } = await setUp(t);
  await s3.put('m/1/model.onnx', contents(3_000_000, 1));
  line.breakOnce({ after: 1_500_000, how: 'cut', afterwards: () => s3.remove('m/1/model.onnx') });
  await assert.rejects(stores.fetchFile(MODEL), error('NOT_FOUND', /model\.onnx does not exist: /));
  assert.deepEqual(readdirSync(join(folder, 'partial')), []);
});

s3Test('a transfer that stalls is given up, and goes on where it stood', async (t) => {
  const { s3, line, clock, stores } = await setUp(t);
  const body = contents(3_000_000);
  await s3.put('m/1/model.onnx', body);
  const stalled = deferred<void>();
  line.breakOnce({ after: 1_500_000, how: 'stall', afterwards: async () => stalled.resolve() });
  const fetched = stores.fetchFile(MODEL);
  await stalled.promise;
  clock.advance(DEFAULT_STORE_OPTIONS.stallMs);
  assert.deepEqual(readFileSync((await fetched).path), body);
});

s3Test('what is not what its tag says is damaged, and not served', async (t) => {
  if (!CHECKS_SIGNATURES) return t.skip('this server keeps nothing that a test could damage');
  const { s3, stores, folder } = await setUp(t);
  await s3.put('m/1/model.onnx', contents(100_000, 1));
  s3.damage('m/1/model.onnx', contents(100_000, 2));
  await assert.rejects(stores.fetchFile(MODEL), error('UNAVAILABLE', /model\.onnx arrived damaged, twice: /));
  assert.deepEqual([readdirSync(join(folder, 'partial')), readdirSync(join(folder, 'trees'))], [[], []]);
});

s3Test('an endpoint can stand in the URL, as Triton spells it', async (t) => {
  const { s3, stores } = await setUp(t, { s3: DEFAULT_STORE_OPTIONS.s3 });
  await s3.put('m/1/model.onnx', 'model');
  const file = await stores.fetchFile(`s3://${s3.endpoint}/${BUCKET}/m/1/model.onnx`);
  assert.equal(readFileSync(file.path, 'utf8'), 'model');
});

s3Test('an endpoint can stand in AWS_ENDPOINT_URL', async (t) => {
  const s3 = await startS3((fn) => t.after(fn));
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  const environment = { AWS_ENDPOINT_URL: s3.endpoint };
  const stores = openStores({ ...DEFAULT_STORE_OPTIONS, cacheFolder: folder, environment });
  t.after(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });
  await s3.put('m/1/model.onnx', 'model');
  assert.equal((await stores.fetchFile(MODEL)).byteLength, 5);
});

s3Test('what is missing is said not to exist', async (t) => {
  const { stores } = await setUp(t);
  await assert.rejects(
    stores.fetchFile(MODEL),
    error('NOT_FOUND', /^s3:\/\/models\/m\/1\/model\.onnx does not exist: the store answers 404 /),
  );
  await assert.rejects(
    stores.listTree('s3://no-such-bucket/m'),
    error('NOT_FOUND', /^s3:\/\/no-such-bucket\/m does not exist: the store answers 404 \(NoSuchBucket\)$/),
  );
});

s3Test('credentials that are wrong, or none, are said to be', async (t) => {
  if (!CHECKS_SIGNATURES) return t.skip('this server does not look at credentials');
  const { s3, stores } = await setUp(t);
  await s3.put('m/1/model.onnx', 'model');
  t.after(() => {
    process.env['AWS_SECRET_ACCESS_KEY'] = SECRET_KEY;
    process.env['AWS_ACCESS_KEY_ID'] = ACCESS_KEY;
  });
  process.env['AWS_SECRET_ACCESS_KEY'] = 'another one';
  await assert.rejects(
    stores.listTree(`s3://${BUCKET}/m`),
    error(
      'UNAVAILABLE',
      /^s3:\/\/models\/m may not be read: .*\(SignatureDoesNotMatch\); check the credentials/,
    ),
  );
  delete process.env['AWS_SECRET_ACCESS_KEY'];
  delete process.env['AWS_ACCESS_KEY_ID'];
  await assert.rejects(
    stores.fetchFile(`s3://${s3.endpoint}/${BUCKET}/m/1/model.onnx`),
    error('UNAVAILABLE', /may not be read: there are no credentials for S3: .*; check the credentials/),
  );
});

s3Test('without credentials, a request is not signed', async (t) => {
  const { stores } = await setUp(t, { anonymous: true });
  // Whoever looks at signatures misses one, and has nothing against it.
  const code = CHECKS_SIGNATURES ? 'UNAVAILABLE' : 'NOT_FOUND';
  await assert.rejects(
    stores.fetchFile(MODEL),
    error(code, CHECKS_SIGNATURES ? /the store answers 403;/ : /404/),
  );
});
