import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HastyClock } from '../../test/support/hasty-clock.js';
import { ObjectServer } from '../../test/support/object-server.js';
import type { OpenFile } from './content-cache/partial-file.js';
import { DEFAULT_STORE_OPTIONS } from './options.js';
import { openStores, type Stores } from './stores.js';

const body = Buffer.alloc(3_000_000, 'model');

async function setUp(
  t: TestContext,
  folder: string,
  openFile?: OpenFile,
): Promise<{ server: ObjectServer; stores: Stores }> {
  const server = await ObjectServer.start((fn) => t.after(fn));
  server.put('/m.onnx', body);
  server.put('/small.onnx', 'small');
  const options = { ...DEFAULT_STORE_OPTIONS, cacheFolder: folder };
  const stores = openStores(options, { clock: new HastyClock(), ...(openFile && { openFile }) });
  t.after(() => stores.close());
  return { server, stores };
}

const full = (folder: string) => ({
  code: 'UNAVAILABLE',
  message: new RegExp(
    `/m\\.onnx \\(2\\.9 MiB\\) cannot be kept in the cache ${folder}: the disk is full; make room there, or give the cache another folder$`,
  ),
});

const NO_DEVICE = existsSync('/dev/full') ? false : 'this host has no /dev/full';

test('a disk that fills up is said to be full, and nothing of the download stays', {
  skip: NO_DEVICE,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-full-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // The seam: a file that the kernel refuses to write to, as it does where there is no room.
  let isFull = true;
  const openFile: OpenFile = (path, flags) => open(isFull ? '/dev/full' : path, flags);
  const { server, stores } = await setUp(t, folder, openFile);
  await assert.rejects(stores.fetchFile(`${server.origin}/m.onnx`), full(folder));
  assert.deepEqual(readdirSync(join(folder, 'partial')), []);
  isFull = false;
  const file = await stores.fetchFile(`${server.origin}/m.onnx`);
  assert.deepEqual(readFileSync(file.path), body);
  assert.deepEqual(server.gets, ['GET /m.onnx', 'GET /m.onnx']);
});

test('a file system that is too small is said to be full, and smaller files still fit', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  t.after(() => {
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true });
  });
  if (!mounted) return t.skip('this process may not mount anything');
  const { server, stores } = await setUp(t, folder);
  t.after(() => stores.close());
  await assert.rejects(stores.fetchFile(`${server.origin}/m.onnx`), full(folder));
  assert.deepEqual([readdirSync(join(folder, 'partial')), readdirSync(join(folder, 'locks'))], [[], []]);
  const file = await stores.fetchFile(`${server.origin}/small.onnx`);
  assert.equal(readFileSync(file.path, 'utf8'), 'small');
});
