/** Google Cloud Storage as an emulator speaks it, over a line that breaks. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
import { openStores, type Stores } from '#store/stores.js';
import { BadLine } from '../../../test/support/bad-line.js';
import { BUCKET, NO_GS, startGs, type TestGs } from '../../../test/support/gs.js';
import { HastyClock } from '../../../test/support/hasty-clock.js';
import { checksumOf } from './gs-store.js';
import { originOf } from './open-gs-store.js';

interface SetUp {
  readonly gs: TestGs;
  readonly line: BadLine;
  readonly clock: HastyClock;
  readonly stores: Stores;
}

async function setUp(t: TestContext): Promise<SetUp> {
  const gs = await startGs((fn) => t.after(fn));
  const line = await BadLine.to(gs.endpoint, (fn) => t.after(fn));
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  const environment = { STORAGE_EMULATOR_HOST: line.endpoint };
  const clock = new HastyClock();
  const options = { ...DEFAULT_STORE_OPTIONS, cacheFolder: folder, environment };
  const stores = openStores(options, { clock, random: () => 0 });
  t.after(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });
  return { gs, line, clock, stores };
}

const MODEL = `gs://${BUCKET}/m/1/model.onnx`;
const contents = (length: number, seed = 1): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 31) & 0xff));

const gsTest = (name: string, fn: (t: TestContext) => Promise<void>): void =>
  void test(name, { skip: NO_GS }, fn);

gsTest('what lies below a prefix is listed and fetched as a folder', async (t) => {
  const { gs, stores } = await setUp(t);
  await gs.put('m/1/model.onnx', 'model');
  await gs.put('m/1/weights of it.bin', 'weights');
  await gs.put('mm/other', 'other');
  const listed = await stores.listTree(`gs://${BUCKET}/m`);
  assert.deepEqual(
    listed.map(({ key, byteLength, checksum }) => [key, byteLength, checksum?.algorithm]),
    [
      ['1/model.onnx', 5, 'md5'],
      ['1/weights of it.bin', 7, 'md5'],
    ],
  );
  const tree = await stores.fetchTree(`gs://${BUCKET}/m`, listed);
  assert.equal(readFileSync(join(tree.folder, '1/weights of it.bin'), 'utf8'), 'weights');
});

gsTest('a truncated download goes on where it stood', async (t) => {
  const { gs, line, clock, stores } = await setUp(t);
  const body = contents(3_000_000);
  await gs.put('m/1/model.onnx', body);
  line.breakOnce({ after: 1_500_000, how: 'cut' });
  const told: number[] = [];
  const file = await stores.fetchFile(MODEL, undefined, (bytes) => told.push(bytes));
  assert.deepEqual(readFileSync(file.path), body);
  assert.deepEqual(
    clock.waits.filter((ms) => ms >= 200),
    [200],
  );
  assert.ok(
    told.every((bytes, i) => bytes >= (told[i - 1] ?? 0)),
    'it began anew',
  );
});

gsTest(
  'an object that is replaced in the middle of its download is the new one, and no mixture',
  async (t) => {
    const { gs, line, stores } = await setUp(t);
    await gs.put('m/1/model.onnx', contents(3_000_000, 1));
    const next = contents(3_000_000, 2);
    line.breakOnce({ after: 1_500_000, how: 'cut', afterwards: () => gs.put('m/1/model.onnx', next) });
    assert.deepEqual(readFileSync((await stores.fetchFile(MODEL)).path), next);
  },
);

gsTest('what is missing is said not to exist', async (t) => {
  const { stores } = await setUp(t);
  await assert.rejects(stores.fetchFile(MODEL), { code: 'NOT_FOUND' });
});

const hosts: [host: string, origin: string | null][] = [
  ['', null],
  ['localhost:9023', 'http://localhost:9023'],
  ['http://localhost:9023/', 'http://localhost:9023'],
  ['https://gs.internal', 'https://gs.internal'],
];

for (const [host, origin] of hosts) {
  test(`STORAGE_EMULATOR_HOST=${host} is ${origin}`, () => assert.equal(originOf(host), origin));
}

test('the better checksum of the two is used, and the other where there is no more', () => {
  assert.deepEqual(checksumOf('XUFAKrxLKna5cZ2REBfFkg==', 'mnG7TA=='), {
    algorithm: 'md5',
    hex: '5d41402abc4b2a76b9719d911017c592',
  });
  assert.deepEqual(checksumOf(undefined, 'mnG7TA=='), { algorithm: 'crc32c', hex: '9a71bb4c' });
  assert.equal(checksumOf(undefined, undefined), null);
});
