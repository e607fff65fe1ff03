import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { HastyClock } from '../../../test/support/hasty-clock.js';
import { type Blob, ContentCache, type ObjectId } from './content-cache.js';
import { linkOrCopy } from './disk.js';
import { acquireLock } from './file-lock.js';
import type { Holder } from './holder.js';
import { CacheLayout, objectIdOf } from './layout.js';
import { Member, STALE_MS } from './member.js';
import { PartialFile } from './partial-file.js';

const NEVER = new AbortController().signal;
const NONCE = 'a-member-of-another-host';

interface SetUp {
  readonly folder: string;
  readonly clock: HastyClock;
  readonly open: (maxBytes?: number) => Promise<ContentCache>;
}

function setUp(t: TestContext): SetUp {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-cache-'));
  const clock = new HastyClock();
  t.after(() => rmSync(folder, { recursive: true }));
  const open = async (maxBytes = 1_000_000): Promise<ContentCache> => {
    const cache = await ContentCache.open(folder, maxBytes, clock);
    t.after(() => cache.close());
    return cache;
  };
  return { folder, clock, open };
}

const idOf = (name: string, byteLength: number | null): ObjectId => ({
  id: objectIdOf('test://', name, '1', byteLength),
  byteLength,
  sha256: null,
  shown: name,
  isKnownAgain: true,
});

/** Downloads the text from where the file ends. */
const writes =
  (text: string, heard: string[] = []) =>
  async (path: string): Promise<Blob> => {
    const file = await PartialFile.open(path, null, text.length);
    heard.push(`from ${file.length}`);
    await file.append(Buffer.from(text.slice(file.length)));
    const digests = await file.finish();
    await file.close();
    return { sha256: digests.get('sha256') ?? '', byteLength: file.length };
  };

const never = async (): Promise<Blob> => assert.fail('it was downloaded');

/** Fetches a file of its own into a folder of its own. */
async function fetch(cache: ContentCache, name: string, text: string, download = writes(text)) {
  const blob = await cache.lease(idOf(name, text.length), download, NEVER);
  const tree = await cache.leaseTree([{ path: name, ...blob }]);
  await cache.unlease(blob);
  return tree;
}

test('contents are there once, read-only, and known again by their object', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open();
  const one = await fetch(cache, 'a', 'the same');
  const two = await fetch(cache, 'b', 'the same');
  const [a, b] = [statSync(join(one.folder, 'a')), statSync(join(two.folder, 'b'))];
  assert.equal(a.ino, b.ino);
  assert.equal(a.mode & 0o222, 0);
  await (await open()).lease(idOf('a', 8), never, NEVER);
  assert.deepEqual(readdirSync(join(folder, 'partial')), []);
});

test('contents whose digest the store tells are known whatever they are called', async (t) => {
  const { open } = setUp(t);
  const cache = await open();
  const { sha256 } = await cache.lease(idOf('a', 5), writes('model'), NEVER);
  await cache.lease({ ...idOf('another', 5), sha256 }, never, NEVER);
});

test('when there is no room, what was not used the longest goes first', async (t) => {
  const { clock, open } = setUp(t);
  const cache = await open(30);
  const trees = [];
  for (const name of ['a', 'b', 'c']) {
    trees.push(await fetch(cache, name, name.repeat(10)));
    clock.advance(2000);
  }
  for (const tree of trees) await tree.release();
  clock.advance(2000);
  await (await fetch(cache, 'a', 'a'.repeat(10), never)).release();
  await fetch(cache, 'd', 'd'.repeat(20));
  assert.deepEqual(
    trees.map((tree) => existsSync(tree.folder)),
    [true, false, false],
  );
});

test('a tree that is leased twice stays until it is released twice', async (t) => {
  const { open } = setUp(t);
  const cache = await open(10);
  const [first, second] = [
    await fetch(cache, 'a', 'a'.repeat(10)),
    await fetch(cache, 'a', 'a'.repeat(10), never),
  ];
  await first.release();
  await first.release();
  await assert.rejects(fetch(cache, 'b', 'b'.repeat(10)), {
    code: 'UNAVAILABLE',
    message: /10 B of it are in use/,
  });
  assert.equal(readFileSync(join(second.folder, 'a'), 'utf8'), 'a'.repeat(10));
  await second.release();
  await fetch(cache, 'b', 'b'.repeat(10));
  assert.equal(existsSync(second.folder), false);
});

test('what is being downloaded has its room already', async (t) => {
  const { open } = setUp(t);
  const cache = await open(15);
  const began = deferred<void>();
  const goesOn = deferred<void>();
  const first = fetch(cache, 'a', 'a'.repeat(10), async (path) => {
    began.resolve();
    await goesOn.promise;
    return await writes('a'.repeat(10))(path);
  });
  await began.promise;
  await assert.rejects(fetch(cache, 'b', 'b'.repeat(10), never), {
    message: /b needs 10 B of the cache .* in use/,
  });
  goesOn.resolve();
  await first;
});

test('what is larger than the whole cache is refused, and nothing goes for it', async (t) => {
  const { open } = setUp(t);
  const cache = await open(15);
  const tree = await fetch(cache, 'a', 'a'.repeat(10));
  await tree.release();
  await assert.rejects(fetch(cache, 'b', 'b'.repeat(16), never), {
    code: 'UNAVAILABLE',
    message: /^b needs 16 B of the cache \S+, which may hold 15 B: .*; allow it more$/,
  });
  assert.ok(existsSync(tree.folder));
});

test('a download that fails stays for the next try, of whichever process', async (t) => {
  const { open } = setUp(t);
  const failing = async (path: string): Promise<Blob> => {
    writeFileSync(path, 'mod');
    throw new Error('the network');
  };
  await assert.rejects((await open()).lease(idOf('a', 5), failing, NEVER), /the network/);
  const heard: string[] = [];
  await (await open()).lease(idOf('a', 5), writes('model', heard), NEVER);
  assert.deepEqual(heard, ['from 3']);
});

test('an index that points nowhere, and a file of another size, are not believed', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open();
  const { sha256 } = await cache.lease(idOf('a', 5), writes('model'), NEVER);
  const path = new CacheLayout(folder).blob(sha256);
  rmSync(path);
  await cache.lease(idOf('a', 5), writes('model'), NEVER);
  rmSync(path);
  writeFileSync(path, 'mod');
  await cache.lease(idOf('a', 5), writes('model'), NEVER);
  assert.equal(readFileSync(path, 'utf8'), 'model');
});

test('where nothing can be linked, a tree has links by name', async (t) => {
  const { folder } = setUp(t);
  const other = '/dev/shm';
  if (!existsSync(other) || statSync(other).dev === statSync(folder).dev)
    return t.skip('all is one file system');
  const from = join(mkdtempSync(join(other, 'furiosa-')), 'file');
  t.after(() => rmSync(join(from, '..'), { recursive: true }));
  writeFileSync(from, 'model');
  mkdirSync(join(folder, 'final'));
  await linkOrCopy(from, join(folder, 'link'), join(folder, 'final/link'));
  assert.match(readlinkSync(join(folder, 'link')), /^\.\.\/\.\.\/.*dev\/shm\//);
});

/** A member whose process cannot be seen from here, that wrote last `agoMs` ago. */
async function foreignMember(folder: string, agoMs: number): Promise<CacheLayout> {
  const layout = new CacheLayout(folder);
  const holder: Holder = {
    host: 'another',
    bootId: 'another',
    pidNamespace: 'pid:[1]',
    pid: 1,
    startTicks: '1',
  };
  mkdirSync(layout.member(NONCE), { recursive: true });
  const path = join(layout.member(NONCE), 'holder.json');
  writeFileSync(path, JSON.stringify(holder));
  const wrote = statSync(path).mtimeMs - agoMs;
  utimesSync(path, wrote / 1000, wrote / 1000);
  return layout;
}

test('a member of another host keeps what it uses as long as its heart beats', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open(10);
  const tree = await fetch(cache, 'a', 'a'.repeat(10));
  await tree.release();
  const layout = await foreignMember(folder, STALE_MS - 10_000);
  writeFileSync(join(layout.member(NONCE), `tree-${tree.id}`), '');
  await assert.rejects(fetch(cache, 'b', 'b'.repeat(10)), { message: /in use/ });
  await foreignMember(folder, STALE_MS + 10_000);
  await fetch(cache, 'b', 'b'.repeat(10));
  assert.equal(existsSync(tree.folder), false);
});

test('a lock of a member that is gone is taken, and what it had downloaded is gone on with', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open();
  const layout = await foreignMember(folder, STALE_MS + 10_000);
  const { id } = idOf('a', 5);
  writeFileSync(layout.lock(id), `${NONCE} 1`);
  const claimed = join(layout.member(NONCE), `${id}.5.part`);
  writeFileSync(claimed, 'mod');
  const inode = statSync(claimed).ino;
  const heard: string[] = [];
  await cache.lease(
    idOf('a', 5),
    async (path) => {
      // Not the same file: who only slept may still write into his own.
      assert.notEqual(statSync(path).ino, inode);
      return await writes('model', heard)(path);
    },
    NEVER,
  );
  assert.deepEqual(heard, ['from 3']);
  assert.equal(existsSync(layout.member(NONCE)), false);
});

test('a lock that nobody wrote his name into is taken after a while', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open();
  const path = new CacheLayout(folder).lock(idOf('a', 5).id);
  writeFileSync(path, '');
  const wrote = statSync(path).mtimeMs - STALE_MS - 10_000;
  utimesSync(path, wrote / 1000, wrote / 1000);
  await cache.lease(idOf('a', 5), writes('model'), NEVER);
});

test('who waits for a lock can leave', async (t) => {
  const { folder, open } = setUp(t);
  const cache = await open();
  const layout = await foreignMember(folder, 0);
  const path = layout.lock(idOf('a', 5).id);
  writeFileSync(path, `${NONCE} 1`);
  const leaving = new AbortController();
  const waiting = cache.lease(idOf('a', 5), never, leaving.signal);
  leaving.abort(new Error('not any more'));
  await assert.rejects(waiting, /not any more/);
  assert.equal(readFileSync(path, 'utf8'), `${NONCE} 1`);
});

test('a lock is one member’s at a time, and is given back by whom it belongs to', async (t) => {
  const { folder, clock, open } = setUp(t);
  await open();
  const layout = new CacheLayout(folder);
  const member = await Member.join(layout, clock);
  t.after(() => member.leave());
  let inside = 0;
  const use = async (): Promise<void> => {
    const unlock = await acquireLock(layout.lock('x'), member, clock, NEVER);
    assert.equal(++inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
    await unlock();
  };
  await Promise.all([use(), use(), use(), use()]);
  const unlock = await acquireLock(layout.lock('x'), member, clock, NEVER);
  writeFileSync(layout.lock('x'), 'somebody else, who took it');
  await unlock();
  assert.ok(existsSync(layout.lock('x')));
});

test('a member whose folder was taken away says again what it uses', async (t) => {
  const { folder, clock, open } = setUp(t);
  await open();
  const member = await Member.join(new CacheLayout(folder), clock);
  t.after(() => member.leave());
  const name = `tree-${'0'.repeat(64)}` as const;
  await member.lease(name);
  rmSync(member.folder, { recursive: true });
  await member.beat();
  assert.deepEqual(readdirSync(member.folder).sort(), ['holder.json', name]);
});

test('who leaves takes everything of his along, and his downloads stay', async (t) => {
  const { folder, clock, open } = setUp(t);
  await open();
  const layout = new CacheLayout(folder);
  const member = await Member.join(layout, clock);
  const { id } = idOf('a', 5);
  writeFileSync(join(member.folder, `${id}.5.part`), 'mod');
  await member.leave();
  assert.equal(existsSync(member.folder), false);
  assert.equal(readFileSync(layout.freePartial(id), 'utf8'), 'mod');
});
