/** One cache for several processes, some of which are killed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deferred } from '#core/deferred.js';
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
import { openStores, type Stores } from '#store/stores.js';
import { HastyClock } from '../support/hasty-clock.js';
import { ObjectServer } from '../support/object-server.js';

const SCRIPT = fileURLToPath(new URL('../support/fetch-process.js', import.meta.url));
const NO_PROC = existsSync('/proc/self/stat') ? false : 'this host does not show its processes below /proc';
const body = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7 + (i >> 8) * 13) & 0xff));

interface SetUp {
  readonly server: ObjectServer;
  readonly folder: string;
  readonly url: string;
}

async function setUp(t: TestContext): Promise<SetUp> {
  const server = await ObjectServer.start((fn) => t.after(fn));
  server.put('/m.onnx', body);
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return { server, folder, url: `${server.origin}/m.onnx` };
}

function fetchElsewhere(t: TestContext, { folder, url }: SetUp): ChildProcess {
  const child = spawn(process.execPath, [SCRIPT, folder, url], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => kill(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function pathFrom({ stdout }: ChildProcess): Promise<string> {
  const lines = createInterface({ input: stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  return line;
}

function storesOf(t: TestContext, folder: string, maxCacheBytes: number): Stores {
  const options = { ...DEFAULT_STORE_OPTIONS, cacheFolder: folder, maxCacheBytes };
  const stores = openStores(options, { clock: new HastyClock() });
  t.after(() => stores.close());
  return stores;
}

test('of processes that want the same file at the same time one downloads it', async (t) => {
  const at = await setUp(t);
  const children = [1, 2, 3].map(() => fetchElsewhere(t, at));
  const paths = await Promise.all(children.map(pathFrom));
  assert.equal(new Set(paths).size, 1);
  assert.deepEqual(readFileSync(paths[0] ?? ''), body);
  assert.equal(at.server.gets.length, 1);
});

test('when a process is killed in the middle of a download, another one goes on with it', {
  skip: NO_PROC,
}, async (t) => {
  const at = await setUp(t);
  const stalled = deferred<void>();
  at.server.mishaps.push({ stallAfter: 2_500_000, afterwards: () => stalled.resolve() });
  const first = fetchElsewhere(t, at);
  await stalled.promise;
  const second = fetchElsewhere(t, at);
  // It is not to have begun before the first one is gone.
  await at.server.asked((requests) => requests.filter((request) => request.startsWith('HEAD')).length === 2);
  assert.equal(at.server.gets.length, 1);
  await kill(first);
  assert.deepEqual(readFileSync(await pathFrom(second)), body);
  assert.match(at.server.gets[1] ?? '', /^GET \/m\.onnx bytes=[1-9]\d*-$/);
});

test('what a living process uses is not removed; what a killed one used is', { skip: NO_PROC }, async (t) => {
  const at = await setUp(t);
  const child = fetchElsewhere(t, at);
  const path = await pathFrom(child);
  at.server.put('/other.onnx', body.subarray(1));
  const stores = storesOf(t, at.folder, body.length + 1000);
  const other = `${at.server.origin}/other.onnx`;
  await assert.rejects(stores.fetchFile(other), {
    code: 'UNAVAILABLE',
    message:
      /other\.onnx needs 2\.9 MiB of the cache .*, which may hold 2\.9 MiB: 2\.9 MiB of it are in use by models/,
  });
  assert.deepEqual(readFileSync(path), body);
  await kill(child);
  await stores.fetchFile(other);
  assert.equal(existsSync(path), false);
});
