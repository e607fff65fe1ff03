import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FolderTree } from '../../test/support/folder-tree.js';
import { FileStates } from './file-states.js';

/** A file of four bytes, and what stands for it. */
async function known(t: TestContext, states = new FileStates()) {
  const { root } = new FolderTree(t);
  const path = join(root, 'model.onnx');
  let seconds = 0;
  /** Each time another time, however coarse the clock of the file system is. */
  const touch = (): void => utimesSync(path, ++seconds, seconds);
  const write = (text: string): void => {
    writeFileSync(path, text);
    touch();
  };
  write('once');
  const stateOf = async (file: string): Promise<string> => {
    const state = await states.of(file);
    await states.read();
    return state;
  };
  return { stateOf, path, root, touch, write, first: await stateOf(path) };
}

const same: [what: string, change: (parts: Awaited<ReturnType<typeof known>>) => void][] = [
  ['nothing', () => {}],
  ['touch', ({ touch }) => touch()],
  ['chmod', ({ path }) => chmodSync(path, 0o600)],
  ['the same bytes, written again', ({ write }) => write('once')],
  [
    'a copy in its place',
    ({ path }) => {
      copyFileSync(path, `${path}.copy`);
      renameSync(`${path}.copy`, path);
    },
  ],
];

for (const [what, change] of same) {
  test(`${what} leaves the state of a file as it is`, async (t) => {
    const parts = await known(t);
    change(parts);
    assert.equal(await parts.stateOf(parts.path), parts.first);
    parts.touch();
    assert.equal(await parts.stateOf(parts.path), parts.first);
  });
}

const others: [what: string, text: string][] = [
  ['of the same size', 'then'],
  ['of another size', 'later'],
];

for (const [what, text] of others) {
  test(`contents ${what} are another state, and no touch leads back`, async (t) => {
    const { stateOf, path, first, touch, write } = await known(t);
    write(text);
    const second = await stateOf(path);
    assert.notEqual(second, first);
    touch();
    assert.equal(await stateOf(path), second);
  });
}

test('of a file that is too large to be read, other times are another state', async (t) => {
  const { stateOf, path, first, touch } = await known(t, new FileStates({ maxHashedBytes: 3 }));
  assert.equal(await stateOf(path), first);
  touch();
  assert.notEqual(await stateOf(path), first);
});

test('a file that is not there has the empty state, and one that comes back is looked at anew', async (t) => {
  const { stateOf, path, write } = await known(t);
  rmSync(path);
  assert.equal(await stateOf(path), '');
  write('once');
  assert.notEqual(await stateOf(path), '');
});

test('a link is the file that it leads to', async (t) => {
  const { stateOf, path, root, touch, write } = await known(t);
  const link = join(root, 'link.onnx');
  symlinkSync(path, link);
  const first = await stateOf(link);
  touch();
  assert.equal(await stateOf(link), first);
  write('then');
  assert.notEqual(await stateOf(link), first);
});
