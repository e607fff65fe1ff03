/** Against a server that answers as the Hub does; the Hub itself was not asked. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
import { openStores, type Stores } from '#store/stores.js';
import { FalseHub } from '../../../test/support/false-hub.js';
import { HastyClock } from '../../../test/support/hasty-clock.js';

const REPO = 'tiny/mnist';

async function setUp(t: TestContext, token = ''): Promise<{ hub: FalseHub; stores: Stores }> {
  const hub = await FalseHub.start(REPO, (fn) => t.after(fn));
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  const environment = { HF_ENDPOINT: `${hub.origin}/`, HF_TOKEN: token };
  const options = { ...DEFAULT_STORE_OPTIONS, cacheFolder: folder, environment };
  const stores = openStores(options, { clock: new HastyClock(), random: () => 0 });
  t.after(async () => {
    await stores.close();
    rmSync(folder, { recursive: true });
  });
  return { hub, stores };
}

const contents = (length: number, seed = 1): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 31) & 0xff));

test('a revision is listed, all of its pages, and fetched', async (t) => {
  const { hub, stores } = await setUp(t);
  hub.put('onnx/model.onnx', contents(50_000), true);
  hub.put('onnx/config.json', '{}');
  hub.put('onnx/a b/labels.txt', 'zero');
  hub.put('README.md', 'read me');
  const listed = await stores.listTree(`hf://${REPO}@refs/pr/1/onnx`);
  assert.deepEqual(
    listed.map(({ key, byteLength, checksum }) => [key, byteLength, checksum?.algorithm]),
    [
      ['a b/labels.txt', 4, 'git-blob'],
      ['config.json', 2, 'git-blob'],
      ['model.onnx', 50_000, 'sha256'],
    ],
  );
  assert.match(hub.requests[0] ?? '', /\/tree\/refs%2Fpr%2F1\/onnx\?/);
  const tree = await stores.fetchTree(`hf://${REPO}@refs/pr/1/onnx`, listed);
  assert.deepEqual(readFileSync(join(tree.folder, 'model.onnx')), contents(50_000));
  assert.equal(readFileSync(join(tree.folder, 'a b/labels.txt'), 'utf8'), 'zero');
});

test('a file whose digest is known is not downloaded again, whatever its name and revision', async (t) => {
  const { hub, stores } = await setUp(t);
  hub.put('model.onnx', contents(50_000), true);
  await stores.fetchFile(`hf://${REPO}/model.onnx`);
  hub.put('copy.onnx', contents(50_000), true);
  const asked = hub.requests.length;
  await stores.fetchFile(`hf://${REPO}@v2/copy.onnx`);
  assert.deepEqual(hub.requests.slice(asked), [`/${REPO}/resolve/v2/copy.onnx`]);
});

test('a download that breaks goes on where it stood', async (t) => {
  const { hub, stores } = await setUp(t);
  const body = contents(2_000_000);
  hub.put('model.onnx', body, true);
  hub.breakAfter = { bytes: 1_000_000, afterwards: () => {} };
  assert.deepEqual(readFileSync((await stores.fetchFile(`hf://${REPO}/model.onnx`)).path), body);
});

test('a file that changes during its download is the new one, and no mixture', async (t) => {
  const { hub, stores } = await setUp(t);
  hub.put('model.onnx', contents(2_000_000, 1), true);
  const next = contents(2_000_000, 2);
  hub.breakAfter = { bytes: 1_000_000, afterwards: () => hub.put('model.onnx', next, true) };
  assert.deepEqual(readFileSync((await stores.fetchFile(`hf://${REPO}/model.onnx`)).path), next);
});

test('a token is sent, and one that is none is refused', async (t) => {
  const { hub, stores } = await setUp(t, 'hf_secret');
  hub.put('config.json', '{}');
  await stores.fetchFile(`hf://${REPO}/config.json`);
  assert.equal(hub.lastAuthorization, 'Bearer hf_secret');
  const { stores: others } = await setUp(t, 'secret');
  await assert.rejects(
    others.fetchFile(`hf://${REPO}/config.json`),
    /^ServingError: HF_TOKEN is not a token/,
  );
});

test('what is missing is said not to exist', async (t) => {
  const { stores } = await setUp(t);
  await assert.rejects(stores.fetchFile(`hf://${REPO}/model.onnx`), {
    code: 'NOT_FOUND',
    message: `hf://${REPO}/model.onnx does not exist: the store answers 404 (Entry not found)`,
  });
  await assert.rejects(stores.listTree('hf://tiny/nothing'), {
    code: 'NOT_FOUND',
    message: 'hf://tiny/nothing does not exist: the store answers 404 (Repository not found)',
  });
});
