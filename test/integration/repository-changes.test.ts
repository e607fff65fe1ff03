/** What happens to a served repository when somebody works in its folder. */
import assert from 'node:assert/strict';
import { chmodSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { ControlMode } from '#control/options.js';
import { eventually } from '../support/eventually.js';
import { FolderTree, withoutPermission } from '../support/folder-tree.js';
import { hearLog } from '../support/heard.js';
import { type IndexLine, indexOf } from '../support/repository.js';
import { scaledModel } from '../support/scaled-model.js';
import { serve } from '../support/serve.js';
import { settingsOf, type TestServer } from '../support/server.js';
import { inferBody, tensor } from '../support/tensors.js';

/** How often a condition is looked at before it counts as never: some tens of seconds. */
const LOOKS = 20_000;
const POLL_MS = 20;

interface Followed {
  readonly tree: FolderTree;
  readonly server: TestServer;
}

/** A server that follows a folder with what `fill` puts there, and has loaded it. */
async function follow(
  t: TestContext,
  fill: (tree: FolderTree) => void,
  mode: ControlMode = 'poll',
  // With `watch` the poll never comes: what is found then was heard of.
  pollMs = mode === 'watch' ? 3_600_000 : POLL_MS,
): Promise<Followed> {
  const tree = new FolderTree(t);
  fill(tree);
  const control = { mode, startWith: null, pollMs };
  const server = await serve((end) => t.after(end), settingsOf([], { repositories: [tree.root], control }));
  return { tree, server };
}

/** The index once it is as wanted. */
const until = (
  { server }: Followed,
  isWanted: (lines: readonly IndexLine[]) => boolean,
): Promise<readonly IndexLine[]> => eventually(() => indexOf(server), isWanted, LOOKS);

/** Name, version and state of every line. */
const shown = (lines: readonly IndexLine[]): readonly string[] =>
  lines.map(({ name, version, state }) => `${name}/${version} ${state}`);

const untilShown = (followed: Followed, ...wanted: readonly string[]): Promise<readonly IndexLine[]> =>
  until(followed, (lines) => shown(lines).join() === wanted.join());

/** The line of a version once its reason is as wanted. */
async function untilReason(followed: Followed, version: string, reason: RegExp): Promise<IndexLine> {
  const isIt = (line: IndexLine): boolean =>
    `${line.name}/${line.version}` === version && reason.test(line.reason ?? '');
  return (await until(followed, (lines) => lines.some(isIt))).find(isIt) as IndexLine;
}

/** What one row of ones becomes, and by which version; else status and sentence. */
async function answerOf({ server }: Followed, name = 'm', version = ''): Promise<string> {
  const at = version === '' ? '' : `/versions/${version}`;
  const { status, json } = await server.post(
    `/v2/models/${name}${at}/infer`,
    inferBody(tensor('x', 'FP32', [1, 2], [1, 1])),
  );
  return status === 200 ? `${json.outputs[0].data[0]} by ${json.model_version}` : `${status} ${json.error}`;
}

const untilAnswer = (followed: Followed, wanted: string, name = 'm'): Promise<string> =>
  eventually(
    () => answerOf(followed, name),
    (seen) => seen === wanted,
    LOOKS,
  );

/** Asks the model without a pause until it is called off; answers every answer that was another one than wanted. */
function askConstantly(followed: Followed, wanted: RegExp): () => Promise<readonly string[]> {
  let isOver = false;
  let count = 0;
  const others: string[] = [];
  const done = (async () => {
    while (!isOver) {
      const answer = await answerOf(followed);
      count++;
      if (!wanted.test(answer)) others.push(answer);
    }
  })();
  return async () => {
    isOver = true;
    await done;
    assert.ok(count > 0, 'nothing was asked');
    return others;
  };
}

for (const mode of ['poll', 'watch'] as const) {
  test(`${mode}: a new version takes over when it is ready, and the old one leaves; back again when it is removed`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), mode);
    assert.equal(await answerOf(followed), '1 by 1');
    const stop = askConstantly(followed, /^[12] by [12]$/);
    followed.tree.write('m/2/model.onnx', scaledModel(2));
    await untilShown(followed, 'm/1 UNAVAILABLE', 'm/2 READY');
    assert.equal(await answerOf(followed), '2 by 2');
    followed.tree.remove('m/2');
    await untilShown(followed, 'm/1 READY');
    assert.equal(await answerOf(followed), '1 by 1');
    assert.deepEqual(await stop(), []);
  });

  test(`${mode}: a model appears, and leaves with its folder`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), mode);
    followed.tree.write('n/1/model.onnx', scaledModel(3));
    await untilShown(followed, 'm/1 READY', 'n/1 READY');
    assert.equal(await answerOf(followed, 'n'), '3 by 1');
    followed.tree.remove('n');
    await untilShown(followed, 'm/1 READY');
    assert.match(await answerOf(followed, 'n'), /^404 Request for unknown model: 'n' is not found$/);
  });

  test(`${mode}: a model that is replaced by renaming is never away`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), mode);
    const { tree } = followed;
    const stop = askConstantly(followed, /^[0-9] by 1$/);
    for (let round = 2; round < 6; round++) {
      tree.write(`.new/1/model.onnx`, scaledModel(round));
      renameSync(tree.path('m'), tree.path('.old'));
      renameSync(tree.path('.new'), tree.path('m'));
      tree.remove('.old');
      await untilAnswer(followed, `${round} by 1`);
    }
    assert.deepEqual(await stop(), []);
  });

  test(`${mode}: what was mended is served, with no help from anybody`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), mode);
    const file = followed.tree.write('m/2/model.onnx', scaledModel(2).slice(0, 60));
    const line = await untilReason(followed, 'm/2', /^model\.onnx: ./);
    assert.equal(line.state, 'UNAVAILABLE');
    assert.equal(await answerOf(followed), '1 by 1', 'the old version serves');
    writeFileSync(file, scaledModel(2));
    await untilShown(followed, 'm/1 UNAVAILABLE', 'm/2 READY');
    assert.equal(await answerOf(followed), '2 by 2');
  });
}

test('a file that is written over half and then whole: what was loaded of it serves on meanwhile', async (t) => {
  const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)));
  const stop = askConstantly(followed, /^[12] by 1$/);
  const file = followed.tree.write('m/1/model.onnx', scaledModel(2).slice(0, 60));
  const line = await untilReason(followed, 'm/1', /^what was loaded before goes on serving: ./);
  assert.equal(line.state, 'READY');
  writeFileSync(file, scaledModel(2));
  await untilAnswer(followed, '2 by 1');
  assert.deepEqual(await until(followed, ([each]) => each?.reason === undefined), [
    { name: 'm', version: '1', state: 'READY' },
  ]);
  assert.deepEqual(await stop(), []);
});

test('config.pbtxt broken and mended: the model serves on, and the index has the place', async (t) => {
  const followed = await follow(t, (tree) => {
    tree.write('m/config.pbtxt', 'max_batch_size: 0\n');
    tree.write('m/1/model.onnx', scaledModel(1));
    tree.write('n/1/model.onnx', scaledModel(3));
  });
  const { tree } = followed;
  tree.write('m/config.pbtxt', '\nmax_batch_sise: 8\n');
  const { state, reason } = await untilReason(followed, 'm/1', /max_batch_sise/);
  assert.equal(state, 'READY');
  assert.ok(
    reason?.startsWith(
      'what was loaded before goes on serving: m/config.pbtxt:2:1: max_batch_sise: unknown key; did you mean "max_batch_size"?',
    ),
    reason,
  );
  assert.equal(await answerOf(followed), '1 by 1');
  // A new version is not taken before the configuration can be read again.
  tree.write('m/2/model.onnx', scaledModel(2));
  tree.write('n/2/model.onnx', scaledModel(4));
  await untilAnswer(followed, '4 by 2', 'n');
  assert.equal(await answerOf(followed), '1 by 1');
  tree.write('m/config.pbtxt', 'version_policy { all { } }\n');
  await untilShown(followed, 'm/1 READY', 'm/2 READY', 'n/1 UNAVAILABLE', 'n/2 READY');
  assert.equal((await indexOf(followed.server))[0]?.reason, undefined);
});

test('a file that config.pbtxt names is found as soon as it is there, whatever else is wrong beside it', async (t) => {
  const followed = await follow(t, (tree) => {
    tree.write(
      'm/config.pbtxt',
      `input { name: "x" data_type: TYPE_FP32 dims: [ -1, 2 ] }
      output { name: "y" data_type: TYPE_FP32 dims: [ -1, 2 ] label_filename: "labels.txt" }`,
    );
    tree.link('m/notes', 'gone');
    tree.write('m/1/model.onnx', scaledModel(1));
  });
  const [line] = await indexOf(followed.server);
  assert.equal(line?.reason, 'm/config.pbtxt:2:79: output[0].label_filename: m/labels.txt is not there');
  followed.tree.write('m/labels.txt', 'a\nb\n');
  await untilShown(followed, 'm/1 READY');
});

test('a file that may not be read is told with its place, and read once it may be', async (t) => {
  const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)));
  const { tree } = followed;
  const file = tree.write('.blobs/two', scaledModel(2));
  // Where this is run by root, it is another user who makes the link.
  chmodSync(tree.folder('m/2'), 0o777);
  await withoutPermission([file], async () => {
    tree.link('m/2/model.onnx', '../../.blobs/two');
    const { reason } = await untilReason(followed, 'm/2', /read/);
    assert.equal(reason, 'm/2/model.onnx cannot be read: permission denied');
    assert.equal(await answerOf(followed), '1 by 1');
  });
  await untilAnswer(followed, '2 by 2');
});

const badLinks: [name: string, target: string, reason: string][] = [
  ['m/2', '/etc', 'the link m/2 leads out of the repository, to /etc'],
  ['m/2', '2', 'the link m/2 to 2 cannot be followed: its symbolic links run in a ring'],
  ['m/2', 'gone', 'the link m/2 to gone cannot be followed: it is not there'],
  ['m/2/model.onnx', '/etc/passwd', 'the link m/2/model.onnx leads out of the repository, to /etc/passwd'],
  ['m/2/up', '..', 'the link m/2/up leads back to a folder that it lies in'],
];

for (const [name, target, reason] of badLinks) {
  test(`the link ${name} to ${target} is a fault of its version alone, and never followed`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)));
    followed.tree.link(name, target);
    const line = await untilReason(followed, 'm/2', /^the link/);
    assert.deepEqual([line.state, line.reason], ['UNAVAILABLE', reason]);
    assert.equal(await answerOf(followed), '1 by 1');
    followed.tree.remove(name);
    followed.tree.write('m/2/model.onnx', scaledModel(2));
    await untilAnswer(followed, '2 by 2');
  });
}

test('a model folder that becomes a file is gone, and comes back with the folder', async (t) => {
  const followed = await follow(t, (tree) => {
    tree.write('m/1/model.onnx', scaledModel(1));
    tree.write('n/1/model.onnx', scaledModel(3));
  });
  followed.tree.remove('n');
  followed.tree.write('n', 'a note');
  await untilShown(followed, 'm/1 READY');
  followed.tree.remove('n');
  followed.tree.write('n/1/model.onnx', scaledModel(4));
  await untilAnswer(followed, '4 by 1', 'n');
});

test('a version folder that becomes a file is gone, and the one before serves', async (t) => {
  const followed = await follow(t, (tree) => {
    tree.write('m/1/model.onnx', scaledModel(1));
    tree.write('m/2/model.onnx', scaledModel(2));
  });
  assert.equal(await answerOf(followed), '2 by 2');
  const stop = askConstantly(followed, /^[12] by [12]$/);
  followed.tree.remove('m/2');
  followed.tree.write('m/2', 'a note');
  await untilShown(followed, 'm/1 READY');
  assert.deepEqual(await stop(), []);
});

for (const mode of ['poll', 'watch'] as const) {
  test(`${mode}: while the repository is away all models serve on, and the index says why; then it is followed again`, async (t) => {
    const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), mode);
    const { root } = followed.tree;
    const stop = askConstantly(followed, /^[12] by [12]$/);
    renameSync(root, `${root}-away`);
    t.after(() => stop().catch(() => {}));
    // A look that had begun before finds some of the folders and misses others, and says so for a moment.
    const line = await untilReason(
      followed,
      'm/1',
      / the model repository .* cannot be read: it is not there$/,
    );
    assert.deepEqual(
      [line.state, line.reason],
      [
        'READY',
        `what was loaded before goes on serving: the model repository ${root} cannot be read: it is not there`,
      ],
    );
    renameSync(`${root}-away`, root);
    if (mode === 'poll') {
      await until(followed, ([each]) => each?.reason === undefined);
      followed.tree.write('m/2/model.onnx', scaledModel(2));
      await untilAnswer(followed, '2 by 2');
    }
    assert.deepEqual(await stop(), []);
  });
}

test('a huge file with nothing in it fails quickly, alone, and without taking memory', async (t) => {
  const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)));
  const file = followed.tree.write('m/.2/model.onnx', '');
  truncateSync(file, 10 * 2 ** 30);
  const before = process.memoryUsage().rss;
  renameSync(followed.tree.path('m/.2'), followed.tree.path('m/2'));
  const line = await untilReason(followed, 'm/2', /^model\.onnx: .* its content is not one$/);
  assert.equal(line.state, 'UNAVAILABLE');
  assert.ok(process.memoryUsage().rss - before < 512 * 2 ** 20, 'memory grew');
  assert.equal(await answerOf(followed), '1 by 1');
});

test('an archive that is called a model is named for what it is', async (t) => {
  const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)));
  followed.tree.write('m/2/model.onnx', Buffer.from('PK\u0003\u0004xxxxxxxxxxxxxxxx', 'latin1'));
  await untilReason(followed, 'm/2', /^model\.onnx: it is a zip archive/);
  assert.equal(await answerOf(followed), '1 by 1');
});

test('folders that are no versions are passed over', async (t) => {
  const heard = hearLog(t);
  const followed = await follow(t, (tree) => {
    for (const name of ['1', '01', '1.5', 'v2', '-3', '..x', '2 '])
      tree.write(`m/${name}/model.onnx`, scaledModel(1));
  });
  assert.deepEqual(shown(await indexOf(followed.server)), ['m/1 READY']);
  assert.ok(heard.includes('DEBUG passed over m/01: it is no version folder'), heard.join('\n'));
  assert.match(await answerOf(followed, 'm', '01'), /^404 .*'m' version 01 is not found; it has 1$/);
  assert.match(await answerOf(followed, 'm', encodeURIComponent('../x')), /^4\d\d /);
});

test('60 models that come at once are loaded four at a time, and the index answers meanwhile', async (t) => {
  const followed = await follow(t, (tree) => tree.write('m/1/model.onnx', scaledModel(1)), 'poll', 1000);
  const bytes = scaledModel(2);
  for (let i = 0; i < 60; i++) followed.tree.write(`n${i}/1/model.onnx`, bytes);
  let most = 0;
  await until(followed, (lines) => {
    most = Math.max(most, lines.filter(({ state }) => state === 'LOADING').length);
    return lines.length === 61 && lines.every(({ state }) => state === 'READY');
  });
  assert.equal(most, 4, 'models that were loaded at the same time');
  assert.equal(await answerOf(followed, 'n59'), '2 by 1');
});
