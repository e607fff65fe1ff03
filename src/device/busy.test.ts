import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { filesToProbe, type OpenDevice, openDevice, probeDevice } from './busy.js';
import { discoverNpus } from './discover.js';
import { nameOf } from './npu.js';

const failing =
  (code: string): OpenDevice =>
  async (path) => {
    throw Object.assign(new Error(`${code}: open '${path}'`), { code });
  };

test('a device that opens is free, and is closed again', async () => {
  const seen: string[] = [];
  const open: OpenDevice = async (path) => {
    seen.push(`open ${path}`);
    return { close: async () => void seen.push('close') };
  };
  assert.equal(await probeDevice('/dev/npu0pe0', open), 'free');
  assert.deepEqual(seen, ['open /dev/npu0pe0', 'close']);
});

test('EBUSY is an answer', async () => {
  assert.equal(await probeDevice('/dev/npu0pe0', failing('EBUSY')), 'busy');
});

const failures: [code: string, text: RegExp][] = [
  ['EACCES', /^PermissionDenied: \/dev\/npu0pe0 .*group furiosa \(usermod -aG furiosa \$USER/],
  ['EPERM', /^PermissionDenied: \/dev\/npu0pe0 /],
  ['ENXIO', /^IoError: \/dev\/npu0pe0: ENXIO/],
];
for (const [code, text] of failures) {
  test(`${code} leaves the answer open, and says why`, async () => {
    const result = await probeDevice('/dev/npu0pe0', failing(code));
    assert.ok(result instanceof ServingError);
    assert.equal(result.code, 'UNAVAILABLE');
    assert.match(result.message, text);
  });
}

test('the real opening reads and writes, and leaves the file as it was', async (t) => {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  await tree.write('dev/npu0pe0', 'contents');
  const handle = await openDevice(tree.dev('npu0pe0'));
  await handle.close();
  assert.equal(await probeDevice(tree.dev('npu0pe0'), openDevice), 'free');
  const missing = await probeDevice(tree.dev('npu1pe0'), openDevice);
  assert.ok(missing instanceof ServingError);
  assert.match(missing.message, /^IoError: .*npu1pe0: ENOENT/);
});

const rows: [files: string[], asked: string, probed: string[]][] = [
  [['', 'pe0', 'pe1', 'pe0-1'], 'npu:0:0', ['npu:0:0']],
  [['', 'pe0', 'pe1', 'pe0-1'], 'npu:0:0-1', ['npu:0:0', 'npu:0:1']],
  [['', 'pe0', 'pe1', 'pe0-1'], 'npu:0', ['npu:0:0', 'npu:0:1']],
  [['pe0-1'], 'npu:0:0-1', ['npu:0:0-1']],
  [['pe0', 'pe0-1'], 'npu:0:0-1', ['npu:0:0', 'npu:0:0-1']],
  [[''], 'npu:0', ['npu:0']],
];
for (const [files, asked, probed] of rows) {
  test(`of the files [${files}], ${asked} is probed through ${probed}`, async (t) => {
    const tree = await FalseNpuTree.create();
    t.after(() => tree.remove());
    await tree.addCard(0, { files });
    await tree.addCard(1);
    const { npus } = await discoverNpus(tree.options);
    const all = npus.flatMap((npu) => npu.files);
    const file = all.find((other) => nameOf(other) === asked);
    assert.ok(file);
    assert.deepEqual(filesToProbe(file, all).map(nameOf), probed);
  });
}
