import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { eventually } from '../../test/support/eventually.js';
import { FolderTree } from '../../test/support/folder-tree.js';
import { hearLog } from '../../test/support/heard.js';
import { FolderEvents, isHint, type OpenWatcher } from './folder-events.js';

const names: [name: string, hint: boolean][] = [
  ['model.onnx', true],
  ['1', true],
  ['.model.onnx.swp', false],
  ['.git', false],
  ['..data', true],
];
for (const [name, hint] of names) {
  test(`${name} is ${hint ? 'a hint' : 'nothing to look for'}`, () => assert.equal(isHint(name), hint));
}

test('what happens in a followed folder is heard, and not in one that is followed no longer', async (t) => {
  const tree = new FolderTree(t);
  const heard = listen(t);
  tree.folder('a');
  tree.folder('b');
  assert.equal(await heard.events.follow([tree.path('a'), tree.path('b')]), 2);
  tree.write('a/x');
  await heard.something();
  assert.equal(await heard.events.follow([tree.path('b')]), 0);
  assert.equal(heard.events.size, 1);
  tree.write('b/x');
  await heard.something();
});

test('a folder that comes again under its old name is heard anew', async (t) => {
  const tree = new FolderTree(t);
  const heard = listen(t);
  const folders = [tree.root, tree.folder('a'), tree.folder('a/1')];
  await heard.events.follow(folders);
  renameSync(tree.path('a'), tree.path('old'));
  tree.folder('a/1');
  await heard.something();
  await heard.quiet();
  assert.equal(await heard.events.follow(folders), 2, 'the folder and what lies below it');
  await heard.quiet();
  writeFileSync(tree.path('a/1/x'), '');
  await heard.something();
});

test('a folder that cannot be heard is left to the poll', async (t) => {
  const tree = new FolderTree(t);
  const heard = listen(t);
  assert.equal(await heard.events.follow([tree.path('away')]), 0);
  mkdirSync(tree.path('away'));
  assert.equal(await heard.events.follow([tree.path('away')]), 1);
});

test('where the system has no more watches, one line says so and nothing is heard', async (t) => {
  const tree = new FolderTree(t);
  const log = hearLog(t);
  let closed = 0;
  // The limit is that of the whole machine, so a test cannot reach it without disturbing others.
  const open: OpenWatcher = (folder) => {
    if (folder.endsWith('c')) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    return { on: () => undefined as never, close: () => void closed++ };
  };
  const events = new FolderEvents(() => assert.fail('nothing happened'), open);
  const folders = ['a', 'b', 'c', 'd', 'c2'].map((name) => tree.path(name));
  await events.follow(folders);
  await events.follow(folders);
  assert.equal(events.size, 0);
  assert.equal(closed, 2);
  assert.deepEqual(log, [
    'WARN file events cannot be used, only the poll: the system lends no more watches after 2 folders ' +
      '(no space left); see fs.inotify.max_user_watches and max_user_instances',
  ]);
});

interface Heard {
  readonly events: FolderEvents;
  /** Waits for the next event. */
  something(): Promise<void>;
  /** Waits until what has happened so far was told. */
  quiet(): Promise<void>;
}

function listen(t: TestContext): Heard {
  let count = 0;
  let seen = 0;
  const events = new FolderEvents(() => count++);
  t.after(() => events.close());
  const turn = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    return count;
  };
  return {
    events,
    async something() {
      seen = await eventually(turn, (now) => now > seen, 200_000);
    },
    async quiet() {
      for (let turns = 0; turns < 50; turns++) seen = await turn();
    },
  };
}
