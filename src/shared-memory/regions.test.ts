import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { ErrorCode } from '#core/errors.js';
import { MAX_REGIONS, SharedMemoryRegions, type WindowClaim } from './regions.js';

const root = mkdtempSync(join(tmpdir(), 'furiosa-shm-'));
after(() => rmSync(root, { recursive: true, force: true }));

const HUGE = Number.MAX_SAFE_INTEGER;

let objects = 0;

/** An object of so many bytes, each its own place. */
function object(size = 16): { readonly key: string; readonly path: string } {
  const name = `object-${objects++}`;
  const path = join(root, name);
  writeFileSync(
    path,
    Uint8Array.from({ length: size }, (_, i) => i),
  );
  return { key: `/${name}`, path };
}

function regionsFor(t: TestContext): SharedMemoryRegions {
  const regions = new SharedMemoryRegions({ root, maxRequestBytes: 1024 });
  t.after(() => regions.unregister(null));
  return regions;
}

/** Regions with one of them, `r`: bytes 4 to 12 of an object of 16. */
function oneRegion(t: TestContext): { readonly regions: SharedMemoryRegions; readonly path: string } {
  const { key, path } = object();
  const regions = regionsFor(t);
  regions.register({ name: 'r', key, offset: 4, byteSize: 8 });
  return { regions, path };
}

const inR = (offset: number | bigint, byteSize: number | bigint): WindowClaim => ({
  region: 'r',
  offset,
  byteSize,
});

test('a window is read and written where it is, and nowhere else', (t) => {
  const { regions, path } = oneRegion(t);
  const window = regions.window(inR(2, 3));
  assert.deepEqual([...window.read()], [6, 7, 8]);
  window.write(Uint8Array.of(60, 70));
  assert.deepEqual([...readFileSync(path)], [0, 1, 2, 3, 4, 5, 60, 70, 8, 9, 10, 11, 12, 13, 14, 15]);
  assert.deepEqual([...regions.window(inR(0n, 8n)).read()], [4, 5, 60, 70, 8, 9, 10, 11]);
});

test('what is read is a copy in a buffer of its own', (t) => {
  const { regions } = oneRegion(t);
  const window = regions.window(inR(0, 8));
  const first = window.read();
  assert.equal(first.buffer.byteLength, 8);
  first.fill(0);
  assert.deepEqual([...window.read()], [4, 5, 6, 7, 8, 9, 10, 11]);
});

test('an empty window is anywhere inside of a region, its end too', (t) => {
  const { regions } = oneRegion(t);
  assert.equal(regions.window(inR(8, 0)).read().byteLength, 0);
});

const outside: [offset: number | bigint, byteSize: number | bigint, sentence: RegExp][] = [
  [0, 9, /^Invalid offset \+ byte size for shared memory region: 'r': 9 bytes from byte 0 on reach beyond/],
  [8, 1, /^Invalid offset \+ byte size .* 1 bytes from byte 8 on/],
  [9, 0, /^Invalid offset for shared memory region: 'r': 9 is beyond its 8 bytes$/],
  [1, HUGE, /^Invalid offset \+ byte size/],
  [HUGE, 1, /^Invalid offset for/],
  [HUGE, HUGE, /^Invalid offset for/],
  [1, 2n ** 64n - 1n, /^Invalid offset \+ byte size .*: 18446744073709551615 bytes from byte 1 on/],
  [2n ** 64n - 1n, 1, /^Invalid offset for .*: 18446744073709551615 is beyond/],
  [2 ** 53, 2 ** 53, /^Invalid offset for/],
];

for (const [offset, byteSize, message] of outside) {
  test(`${byteSize} bytes from ${offset} on are not in a region of 8`, (t) => {
    const { regions } = oneRegion(t);
    assert.throws(() => regions.window(inR(offset, byteSize)), { code: 'INVALID_ARGUMENT', message });
  });
}

test('a window of an unknown region is not found', (t) => {
  const claim = { region: 'x'.repeat(100), offset: 0, byteSize: 1 };
  assert.throws(() => regionsFor(t).window(claim), {
    code: 'NOT_FOUND',
    message: `Unable to find shared memory region: '${'x'.repeat(60)}…'`,
  });
});

test('a name is the region of its first registration, until it is unregistered', (t) => {
  const regions = regionsFor(t);
  const [one, other] = [object(), object(4)];
  regions.register({ name: 'r', key: one.key, offset: 0, byteSize: 16 });
  assert.throws(() => regions.register({ name: 'r', key: other.key, offset: 0, byteSize: 4 }), {
    code: 'INVALID_ARGUMENT',
    message: /^shared memory region 'r' already in manager/,
  });
  // The same object may have many names.
  regions.register({ name: 's', key: one.key.slice(1), offset: 15, byteSize: 1 });
  assert.deepEqual(regions.status(null), [
    { name: 'r', key: one.key, offset: 0, byteSize: 16 },
    { name: 's', key: one.key.slice(1), offset: 15, byteSize: 1 },
  ]);
  regions.unregister('r');
  regions.unregister('r');
  regions.register({ name: 'r', key: other.key, offset: 0, byteSize: 4 });
  assert.deepEqual(regions.status('r'), [{ name: 'r', key: other.key, offset: 0, byteSize: 4 }]);
  regions.unregister(null);
  assert.deepEqual(regions.status(null), []);
  assert.throws(() => regions.status('r'), {
    code: 'NOT_FOUND',
    message: "Unable to find system shared memory region: 'r'",
  });
});

test('a window does not outlive its region, and never becomes one of another of that name', (t) => {
  const { regions, path } = oneRegion(t);
  const window = regions.window(inR(0, 8));
  regions.unregister('r');
  // The system may give the file's number away at once.
  const { key, path: otherPath } = object();
  regions.register({ name: 'r', key, offset: 0, byteSize: 16 });
  const gone = {
    code: 'NOT_FOUND',
    message: /^Unable to find shared memory region: 'r': it was unregistered while the request/,
  };
  assert.throws(() => window.read(), gone);
  assert.throws(() => window.check(1), gone);
  assert.throws(() => window.write(Uint8Array.of(99)), gone);
  assert.equal(readFileSync(path).includes(99), false);
  assert.equal(readFileSync(otherPath).includes(99), false);
});

test('an object whose name is removed goes on working', (t) => {
  const { regions, path } = oneRegion(t);
  unlinkSync(path);
  const window = regions.window(inR(0, 2));
  window.write(Uint8Array.of(1, 2));
  assert.deepEqual([...window.read()], [1, 2]);
});

for (const size of [0, 5]) {
  test(`an object that is cut to ${size} bytes is an error, and does not grow again`, (t) => {
    const { regions, path } = oneRegion(t);
    const window = regions.window(inR(1, 4));
    truncateSync(path, size);
    const shrunk = {
      code: 'INVALID_ARGUMENT',
      message: new RegExp(
        `^shared memory region 'r' has become shorter: '/object-\\d+' has ${size} bytes now, but the tensor needs it up to byte 9$`,
      ),
    };
    assert.throws(() => window.read(), shrunk);
    assert.throws(() => window.write(new Uint8Array(4)), shrunk);
    assert.equal(readFileSync(path).length, size);
  });
}

test('what is still there of an object that was cut can be used', (t) => {
  const { regions, path } = oneRegion(t);
  truncateSync(path, 6);
  assert.deepEqual([...regions.window(inR(0, 2)).read()], [4, 5]);
});

const refused: [what: string, offset: number, byteSize: number, sentence: RegExp][] = [
  ['no bytes', 0, 0, /'byte_size' must be at least 1, but is 0$/],
  ['one byte too many', 0, 17, /invalid args: 17 bytes from byte 0 on reach beyond the end of .* 16 bytes$/],
  ['a beginning behind the end', 17, 1, /reach beyond the end/],
  ['a sum beyond 2^53', HUGE, HUGE, /reach beyond the end/],
  ['a size of 2^53 - 1', 1, HUGE, /reach beyond the end/],
];

for (const [what, offset, byteSize, message] of refused) {
  test(`${what} cannot be registered of 16`, (t) => {
    const regions = regionsFor(t);
    const { key } = object();
    const status = { name: 'r', key, offset, byteSize };
    assert.throws(() => regions.register(status), { code: 'INVALID_ARGUMENT', message });
    assert.deepEqual(regions.status(null), []);
  });
}

const badKeys: [key: string, sentence: RegExp][] = [
  ['', /the key '' is empty; expected a name such as/],
  ['/', /the key '\/' is empty/],
  ['//object-0', /has a slash behind its beginning/],
  ['/folder/object', /has a slash behind its beginning/],
  ['../etc/passwd', /has a slash behind its beginning/],
  ['..', /is no name/],
  ['/..', /is no name/],
  ['.', /is no name/],
  ['/a\0b', /has a NUL in it/],
  [`/${'k'.repeat(256)}`, /^failed to register .* 'the-region': the key '\/k{59}…' has more than 255 bytes/],
  ['é'.repeat(128), /has more than 255 bytes/],
  ['/nothing-there', /^Unable to open shared memory region: '\/nothing-there': there is no such/],
  ['/folder', /^Unable to open shared memory region: '\/folder': it is not a regular file$/],
  ['/pipe', /^Unable to open shared memory region: '\/pipe': it is not a regular file$/],
  ['/link', /^Unable to open shared memory region: '\/link': it is a symbolic link$/],
  [
    '/triton_python_backend_shm_region_1',
    /^cannot register shared memory region 'the-region' with key '.*' as the key contains the reserved prefix/,
  ],
  ['triton_python_backend_shm_region_1', /as the key contains the reserved prefix/],
];

test('a key names a regular file of the folder, and nothing else', (t) => {
  mkdirSync(join(root, 'folder'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  symlinkSync(object().path, join(root, 'link'));
  writeFileSync(join(root, 'triton_python_backend_shm_region_1'), 'secret');
  const regions = regionsFor(t);
  for (const [key, message] of badKeys) {
    const status = { name: 'the-region', key, offset: 0, byteSize: 1 };
    assert.throws(() => regions.register(status), { code: 'INVALID_ARGUMENT', message }, key);
  }
  assert.deepEqual(regions.status(null), []);
});

for (const name of ['', 'n'.repeat(256), 'é'.repeat(128)]) {
  test(`a region cannot be called ${name === '' ? 'nothing' : `by ${name.length} characters`}`, (t) => {
    const status = { name, key: object().key, offset: 0, byteSize: 1 };
    assert.throws(() => regionsFor(t).register(status), { code: 'INVALID_ARGUMENT' });
  });
}

test('there is a bound on regions', (t) => {
  const regions = regionsFor(t);
  const { key } = object();
  const register = (name: string): void => regions.register({ name, key, offset: 0, byteSize: 1 });
  for (let i = 0; i < MAX_REGIONS; i++) register(String(i));
  const full = { code: 'OVERLOADED' satisfies ErrorCode };
  assert.throws(() => register('one more'), full);
  regions.unregister('7');
  register('one more');
});

test('no file stays open: neither of regions that are gone nor of those that were refused', {
  skip: process.platform !== 'linux' && 'only Linux tells which files a process has open',
}, (t) => {
  const regions = regionsFor(t);
  const { key, path } = object();
  regions.register({ name: 'a', key, offset: 0, byteSize: 1 });
  regions.register({ name: 'b', key, offset: 0, byteSize: 1 });
  assert.equal(openCount(path), 2);
  assert.throws(() => regions.register({ name: 'c', key, offset: 0, byteSize: 99 }));
  regions.unregister('a');
  assert.equal(openCount(path), 1);
  regions.unregister(null);
  assert.equal(openCount(path), 0);
});

function openCount(path: string): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return null; // the folder's own, closed again
    }
  });
  return links.filter((link) => link === path).length;
}
