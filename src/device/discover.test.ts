import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { type FalseCard, FalseNpuTree } from '../../test/support/false-npu-tree.js';
import { hearLog } from '../../test/support/heard.js';
import { type Discovery, discoverNpus } from './discover.js';
import { nameOf } from './npu.js';

async function treeWith(t: TestContext, cards: readonly FalseCard[]): Promise<FalseNpuTree> {
  const tree = await FalseNpuTree.create();
  t.after(() => tree.remove());
  for (const [index, card] of cards.entries()) await tree.addCard(index, card);
  return tree;
}

const cardsOf = ({ npus }: Discovery): string[] => npus.map(({ arch, index }) => `${arch} ${index}`);

test('no folders mean no devices, and nothing to say about it', async (t) => {
  const heard = hearLog(t);
  const tree = await treeWith(t, []);
  await rm(tree.dev(), { recursive: true });
  assert.deepEqual(await discoverNpus(tree.options), { npus: [], skipped: [] });
  assert.deepEqual(heard, []);
});

test('a Warboy is read with all that its driver tells', async (t) => {
  const tree = await treeWith(t, [{ numaNode: 1 }]);
  const { npus, skipped } = await discoverNpus(tree.options);
  const [card] = npus;
  assert.ok(card);
  assert.equal(npus.length, 1);
  assert.deepEqual(skipped, []);
  const { files, ...facts } = card;
  assert.deepEqual(facts, {
    index: 0,
    arch: 'warboy',
    simulated: false,
    revision: 'b0',
    firmware: '1.6.0, 0123456',
    driver: '1.0.0, 6543210',
    serial: 'SERIAL-warboy-0',
    uuid: 'UUID-warboy-0',
    busName: '0000:10:00.0',
    numaNode: 1,
    alive: true,
    temperatures: [
      { label: 'AMBIENT', celsius: 41 },
      { label: 'Peak', celsius: 47.5 },
    ],
    cores: [0, 1],
  });
  assert.deepEqual(
    files.map((file) => [nameOf(file), file.mode, file.covers, file.path]),
    [
      ['npu:0', 'whole', [0, 1], tree.dev('npu0')],
      ['npu:0:0', 'single', [0], tree.dev('npu0pe0')],
      ['npu:0:0-1', 'fusion', [0, 1], tree.dev('npu0pe0-1')],
      ['npu:0:1', 'single', [1], tree.dev('npu0pe1')],
    ],
  );
});

test('an RNGD is found in its own folder, with its eight PEs and their fusions', async (t) => {
  const tree = await treeWith(t, [{ arch: 'rngd' }]);
  const { npus } = await discoverNpus(tree.options);
  assert.deepEqual(npus[0]?.cores, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.equal(npus[0]?.alive, true);
  assert.equal(npus[0]?.revision, null);
  assert.equal(npus[0]?.files.length, 15);
  assert.equal(npus[0]?.files.find((file) => nameOf(file) === 'npu:0:4-7')?.path, tree.dev('rngd/npu0pe4-7'));
});

const spellings: [arch: 'warboy' | 'rngd', managementName: string][] = [
  ['warboy', 'npu0_mgmt'],
  ['warboy', 'npu0mgmt'],
  ['rngd', 'rngd!npu0mgmt'],
  ['rngd', 'rngd!npu0_mgmt'],
];
for (const [arch, managementName] of spellings) {
  test(`the management entry of a ${arch} may be called ${managementName}`, async (t) => {
    const tree = await treeWith(t, [{ arch, managementName }]);
    assert.deepEqual(cardsOf(await discoverNpus(tree.options)), [`${arch} 0`]);
  });
}

test('cards are listed by architecture, then by number rather than by name', async (t) => {
  const tree = await treeWith(t, []);
  for (const index of [10, 2, 0]) await tree.addCard(index);
  await tree.addCard(0, { arch: 'rngd' });
  assert.deepEqual(cardsOf(await discoverNpus(tree.options)), [
    'warboy 0',
    'warboy 2',
    'warboy 10',
    'rngd 0',
  ]);
});

for (const file of ['busname', 'dev', 'device_sn', 'device_uuid', 'fw_version', 'version', 'platform_type']) {
  test(`a card without ${file} is skipped, and the log names the file`, async (t) => {
    const heard = hearLog(t);
    const tree = await treeWith(t, [{ management: { [file]: null } }, {}]);
    const discovery = await discoverNpus(tree.options);
    const reason = `The warboy card npu:0 is skipped: ${tree.sys('class/npu_mgmt/npu0_mgmt', file)} cannot be read`;
    assert.deepEqual(cardsOf(discovery), ['warboy 1']);
    assert.deepEqual(discovery.skipped, [{ arch: 'warboy', index: 0, reason }]);
    assert.deepEqual(heard, [`WARN ${reason}`]);
  });
}

test("another vendor's npu0 is left alone, and is no broken card", async (t) => {
  const heard = hearLog(t);
  const tree = await treeWith(t, [{ management: { platform_type: 'VITIS' } }]);
  assert.deepEqual(await discoverNpus(tree.options), { npus: [], skipped: [] });
  assert.match(heard.join(), /^INFO The warboy card npu:0 is left alone: .*platform_type says "VITIS"/);
});

test('a card without hwmon is used all the same: it only has no temperature', async (t) => {
  const heard = hearLog(t);
  const tree = await treeWith(t, [{ temperatures: null }]);
  const { npus } = await discoverNpus(tree.options);
  assert.deepEqual(npus[0]?.temperatures, []);
  assert.deepEqual(heard, []);
});

test('a card without a NUMA node has none, rather than node -1', async (t) => {
  const tree = await treeWith(t, [{ numaNode: -1 }]);
  assert.equal((await discoverNpus(tree.options)).npus[0]?.numaNode, null);
});

test('a card that is not alive is listed as such, with a warning', async (t) => {
  const heard = hearLog(t);
  const tree = await treeWith(t, [{ management: { alive: '0' } }]);
  assert.equal((await discoverNpus(tree.options)).npus[0]?.alive, false);
  assert.match(heard.join(), /^WARN The warboy card npu:0 does not call itself alive: .*\/alive says "0"$/);
});

test('a container that was handed one PE of two has a card of one PE', async (t) => {
  const tree = await treeWith(t, [{ files: ['pe1', '_mgmt', 'ch0'] }]);
  const { npus } = await discoverNpus(tree.options);
  assert.deepEqual(npus[0]?.cores, [1]);
  assert.deepEqual(npus[0]?.files.map(nameOf), ['npu:0:1']);
});
