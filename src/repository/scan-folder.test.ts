import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#core/clock.js';
import { FolderTree, withoutPermission } from '../../test/support/folder-tree.js';
import { hearLog } from '../../test/support/heard.js';
import type { FolderScan, FoundModel, FoundVersion } from './found.js';
import { modelFileOf, noVersionFault } from './model-file.js';
import { scanFolder } from './scan-folder.js';
import { SCAN_LIMITS, type ScanOptions } from './scan-options.js';

/** As if every file had been written a minute ago, so that nothing is read twice for being fresh. */
const later: ScanOptions = {
  ...SCAN_LIMITS,
  clock: { ...systemClock, epochMs: () => systemClock.epochMs() + 60_000 },
};

const scan = (
  tree: FolderTree,
  previous: FolderScan | null = null,
  options: Partial<ScanOptions> = {},
): Promise<FolderScan> => scanFolder(tree.root, { ...later, ...options }, previous);

test('models, versions and what lies beside them are found, by name and number', async (t) => {
  const tree = new FolderTree(t);
  tree.write('b/config.pbtxt');
  for (const version of ['10', '2', '1']) tree.write(`b/${version}/model.onnx`);
  tree.write('b/2/weights/part.bin');
  tree.write('b/labels.txt');
  tree.write('b/warmup/x/sample');
  tree.write('b/initial_state/zero');
  tree.write('a/1/model.tflite');
  const { models, rootFault } = await scan(tree);
  assert.equal(rootFault, null);
  assert.deepEqual(
    models.map(({ name }) => name),
    ['a', 'b'],
  );
  const b = modelOf(await scan(tree), 'b');
  assert.equal(b.folder, tree.path('b'));
  assert.equal(b.configFile?.path, 'config.pbtxt');
  assert.equal(b.configFile?.fault, null);
  assert.deepEqual(
    b.beside.files.map(({ path }) => path),
    ['initial_state/zero', 'labels.txt', 'warmup/x/sample'],
  );
  assert.deepEqual(
    b.versions.map(({ version, folder, files }) => [version, folder, files.map(({ path }) => path)]),
    [
      ['1', tree.path('b/1'), ['model.onnx']],
      ['2', tree.path('b/2'), ['model.onnx', 'weights/part.bin']],
      ['10', tree.path('b/10'), ['model.onnx']],
    ],
  );
  const [tflite] = modelOf(await scan(tree), 'a').versions;
  assert.deepEqual(tflite && modelFileOf(tflite), { path: 'model.tflite' });
});

test('a model file without a version folder is version 1', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/model.onnx');
  tree.write('m/weights.bin');
  tree.write('m/config.pbtxt');
  tree.write('m/warmup/sample');
  const [version] = modelOf(await scan(tree), 'm').versions;
  assert.equal(version?.version, '1');
  assert.equal(version?.folder, tree.path('m'));
  assert.deepEqual(
    version?.files.map(({ path }) => path),
    ['model.onnx', 'weights.bin'],
  );
});

test('with version folders, a model file beside them is no version', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/model.onnx');
  tree.write('m/3/model.onnx');
  assert.deepEqual(
    modelOf(await scan(tree), 'm').versions.map(({ version }) => version),
    ['3'],
  );
});

test('what means nothing is passed over, and named once', async (t) => {
  const heard = hearLog(t);
  const tree = new FolderTree(t);
  for (const folder of ['1', '01', '0', '-1', '1.5', 'v2', 'latest', '.git', 'lost+found']) {
    tree.write(`m/${folder}/model.onnx`);
  }
  tree.write('README.md');
  tree.write('model.onnx');
  tree.write('.git/HEAD');
  const first = await scan(tree);
  await scan(tree, first);
  assert.deepEqual(
    modelOf(first, 'm').versions.map(({ version }) => version),
    ['1'],
  );
  assert.deepEqual(modelOf(first, 'm').ignored, ['-1', '0', '01', '1.5', 'latest', 'v2']);
  assert.deepEqual(first.ignored, ['README.md', 'model.onnx']);
  const expected = [
    ...modelOf(first, 'm').ignored.map((name) => `DEBUG passed over m/${name}: it is no version folder`),
    `DEBUG passed over README.md in the model repository ${tree.root}: it is no folder`,
    `WARN model.onnx lies in the model repository ${tree.root} itself; expected it in <model>/<version>/`,
  ];
  assert.deepEqual([...heard].sort(), expected.sort());
});

test('a revision changes with contents, and not with times', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', 'one');
  const first = await scan(tree);
  utimesSync(file, 1, 1);
  const touched = await scan(tree, first);
  assert.equal(versionOf(touched).revision, versionOf(first).revision);
  writeFileSync(file, 'two');
  const changed = await scan(tree, touched);
  assert.notEqual(versionOf(changed).revision, versionOf(first).revision);
  tree.write('m/1/more', 'x');
  const grown = await scan(tree, changed);
  assert.notEqual(versionOf(grown).revision, versionOf(changed).revision);
  tree.remove('m/1/more');
  writeFileSync(file, 'one');
  assert.equal(versionOf(await scan(tree, grown)).revision, versionOf(first).revision);
});

test('a change of the same size that puts the old time back is found', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', 'one');
  utimesSync(file, 1, 1);
  const first = await scan(tree);
  writeFileSync(file, 'two');
  utimesSync(file, 1, 1);
  assert.notEqual(versionOf(await scan(tree, first)).revision, versionOf(first).revision);
});

test('a file that was replaced by another of the same size and time is found', async (t) => {
  const tree = new FolderTree(t);
  utimesSync(tree.write('m/1/model.onnx', 'one'), 1, 1);
  const first = await scan(tree);
  utimesSync(tree.write('new', 'two'), 1, 1);
  renameSync(tree.path('new'), tree.path('m/1/model.onnx'));
  assert.notEqual(versionOf(await scan(tree, first)).revision, versionOf(first).revision);
});

test('what did not change is not read again', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', 'one');
  const marked = marking(await scan(tree), 'from before');
  assert.equal(versionOf(await scan(tree, marked)).files[0]?.revision, 'from before');
  utimesSync(file, 1, 1);
  assert.notEqual(versionOf(await scan(tree, marked)).files[0]?.revision, 'from before');
});

test('what was read just after it changed is read again: times are coarse', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx', 'one');
  const marked = marking(await scan(tree, null, { clock: systemClock }), 'from before');
  assert.notEqual(versionOf(await scan(tree, marked)).files[0]?.revision, 'from before');
});

test('a file beyond the bound is not read: its size and time stand for it', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', '');
  truncateSync(file, 10 * 2 ** 30);
  utimesSync(file, 1, 1);
  const first = await scan(tree);
  assert.equal(versionOf(first).files[0]?.revision, `${10 * 2 ** 30} bytes of 1000000000`);
  assert.equal(versionOf(first).fault, null);
  utimesSync(file, 2, 2);
  assert.notEqual(versionOf(await scan(tree, first)).revision, versionOf(first).revision);
});

test('a version folder without its model file says so, and nothing else is disturbed', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx');
  tree.write('m/2/model.onnx.part');
  const [one, two] = modelOf(await scan(tree), 'm').versions;
  assert.deepEqual(one && modelFileOf(one), { path: 'model.onnx' });
  assert.deepEqual(two && modelFileOf(two), { fault: 'm/2 has neither model.onnx nor model.tflite' });
});

test('a model folder without any version says so', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/notes/todo');
  assert.equal(
    noVersionFault(modelOf(await scan(tree), 'm')),
    'm has no version folder (named by a whole number from 1 on), and no model file of its own',
  );
});

test('a file that changes before it is read is a fault of its version, and looked at again', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', 'one');
  tree.write('n/1/model.onnx');
  // The clock is asked between the look at a file and its reading.
  const epochMs = (): number => {
    appendFileSync(file, 'more');
    return later.clock.epochMs();
  };
  const first = await scan(tree, null, { clock: { ...later.clock, epochMs } });
  assert.equal(versionOf(first).fault, 'm/1/model.onnx changed while it was read');
  assert.equal(versionOf(first).revision, '');
  const second = await scan(tree, first);
  assert.equal(versionOf(second).fault, null);
  assert.equal(versionOf(second, 'n').fault, null);
});

test('a file that changes while it is read is one too, even if it never ends', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx', 'one');
  const { signal } = new AbortController();
  // The signal is asked before each piece.
  signal.throwIfAborted = () => appendFileSync(file, 'x'.repeat(1024));
  const { fault } = versionOf(await scan(tree, null, { signal }));
  assert.equal(fault, 'm/1/model.onnx changed while it was read');
});

const links: [
  name: string,
  target: (tree: FolderTree) => string,
  fault: (tree: FolderTree) => string | null,
][] = [
  [
    'out of the repository',
    () => '/etc/passwd',
    () => 'the link m/1/model.onnx leads out of the repository, to /etc/passwd',
  ],
  [
    'to a device',
    () => '/dev/zero',
    () => 'the link m/1/model.onnx leads out of the repository, to /dev/zero',
  ],
  [
    'to the folder above the repository',
    () => '../../..',
    (tree) => `the link m/1/model.onnx leads out of the repository, to ${dirname(tree.root)}`,
  ],
  [
    'to a neighbour whose name begins alike',
    (tree) => `${tree.root}2`,
    (tree) => `the link m/1/model.onnx leads out of the repository, to ${tree.root}2`,
  ],
  [
    'to itself',
    () => 'model.onnx',
    () => 'the link m/1/model.onnx to model.onnx cannot be followed: its symbolic links run in a ring',
  ],
  ['to nothing', () => 'away', () => 'the link m/1/model.onnx to away cannot be followed: it is not there'],
  ['to its own folder', () => '.', () => 'the link m/1/model.onnx leads back to a folder that it lies in'],
  ['to its model', () => '..', () => 'the link m/1/model.onnx leads back to a folder that it lies in'],
  [
    'to the repository',
    (tree) => tree.root,
    () => 'the link m/1/model.onnx leads back to a folder that it lies in',
  ],
  ['to another file of the repository', () => '../../blobs/one', () => null],
];

for (const [name, target, fault] of links) {
  test(`a model file that is a link ${name}`, async (t) => {
    const tree = new FolderTree(t);
    tree.write('blobs/one');
    tree.write('m/2/model.onnx');
    tree.write('../models2');
    tree.link('m/1/model.onnx', target(tree));
    const found = await scan(tree);
    assert.equal(versionOf(found).fault, fault(tree));
    assert.equal(versionOf(found, 'm', '2').fault, null, 'the version beside it is as ever');
    if (fault(tree) === null) assert.deepEqual(modelFileOf(versionOf(found)), { path: 'model.onnx' });
  });
}

test('versions and models may be links within the repository, and are faults where they lead out', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx');
  tree.link('m/2', '1');
  tree.link('alias', 'm');
  tree.link('m/3', '/etc');
  tree.link('m/4', '4');
  tree.link('out', '/etc');
  tree.link('ring', '.');
  const found = await scan(tree);
  assert.equal(versionOf(found, 'm', '2').revision, versionOf(found, 'm', '1').revision);
  assert.equal(versionOf(found, 'alias', '1').revision, versionOf(found, 'm', '1').revision);
  assert.equal(versionOf(found, 'm', '3').fault, 'the link m/3 leads out of the repository, to /etc');
  assert.match(
    versionOf(found, 'm', '4').fault ?? '',
    /^the link m\/4 to 4 cannot be followed: .* in a ring$/,
  );
  assert.equal(modelOf(found, 'out').fault, 'the link out leads out of the repository, to /etc');
  assert.equal(modelOf(found, 'ring').fault, 'the link ring leads back to a folder that it lies in');
});

test('a mounted ConfigMap is read through its links, and swapped at once', async (t) => {
  const tree = new FolderTree(t);
  tree.write('..2026_01/m/1/model.onnx', 'one');
  tree.write('..2026_02/m/1/model.onnx', 'two');
  tree.link('..data', '..2026_01');
  tree.link('m', '..data/m');
  const first = await scan(tree);
  assert.deepEqual(
    first.models.map(({ name, fault }) => [name, fault]),
    [['m', null]],
  );
  tree.link('..data_tmp', '..2026_02');
  renameSync(tree.path('..data_tmp'), tree.path('..data'));
  const second = await scan(tree, first);
  assert.equal(versionOf(second).fault, null);
  assert.notEqual(versionOf(second).revision, versionOf(first).revision);
});

test('pipes and sockets are faults, and nobody waits for them', async (t) => {
  const tree = new FolderTree(t);
  execFileSync('mkfifo', [tree.folder('m/1', 'm/1/model.onnx')]);
  const socket = createServer().listen(tree.folder('m/2', 'm/2/s'));
  t.after(() => socket.close());
  await new Promise((resolve) => socket.once('listening', resolve));
  tree.link('m/3/model.onnx', '../1/model.onnx');
  tree.write('m/4/model.onnx');
  const found = await scan(tree);
  assert.equal(versionOf(found, 'm', '1').fault, 'm/1/model.onnx is a pipe, and neither a file nor a folder');
  assert.equal(versionOf(found, 'm', '2').fault, 'm/2/s is a socket, and neither a file nor a folder');
  assert.equal(versionOf(found, 'm', '3').fault, 'm/3/model.onnx is a pipe, and neither a file nor a folder');
  assert.equal(versionOf(found, 'm', '4').fault, null);
});

test('bounds: too many files, folders too deep', async (t) => {
  const tree = new FolderTree(t);
  for (let at = 0; at < 5; at++) tree.write(`many/1/${at}`);
  tree.write('deep/1/a/b/c/model.onnx');
  tree.write('fine/1/a/b/model.onnx');
  const found = await scan(tree, null, { maxEntries: 4, maxDepth: 3 });
  assert.equal(versionOf(found, 'many').fault, 'there are more than 4 files up to many/1');
  assert.equal(versionOf(found, 'deep').fault, 'deep/1/a/b/c lies more than 3 folders deep');
  assert.equal(versionOf(found, 'fine').fault, null);
});

test('a model whose name cannot stand in a URL is a fault', async (t) => {
  const tree = new FolderTree(t);
  tree.write('a\nb/1/model.onnx');
  tree.write('fine name/1/model.onnx');
  const found = await scan(tree);
  assert.equal(modelOf(found, 'a\nb').fault, 'the model name "a\\nb" may not contain control characters');
  assert.equal(modelOf(found, 'fine name').fault, null);
});

test('config.pbtxt that is a folder, or leads out, is its own fault', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/config.pbtxt/x');
  tree.link('n/config.pbtxt', '/etc/passwd');
  const found = await scan(tree);
  assert.equal(modelOf(found, 'm').configFile?.fault, 'm/config.pbtxt is a folder; expected a file');
  assert.match(modelOf(found, 'n').configFile?.fault ?? '', /leads out of the repository, to \/etc\/passwd$/);
  assert.equal(modelOf(found, 'n').fault, null);
});

test('permission that is lost is a fault of what it was lost for, and models stay as they were', async (t) => {
  const tree = new FolderTree(t);
  for (const model of ['file', 'version', 'model', 'fine']) tree.write(`${model}/1/model.onnx`);
  const first = await scan(tree);
  const lost = ['file/1/model.onnx', 'version/1', 'model'].map((path) => tree.path(path));
  await withoutPermission(lost, async () => {
    // Nobody reads what did not change; that it changed shows without permission.
    const found = await scan(tree, first);
    assert.equal(versionOf(found, 'file').fault, 'file/1/model.onnx cannot be read: permission denied');
    assert.equal(versionOf(found, 'version').fault, 'the folder version/1 cannot be read: permission denied');
    assert.equal(modelOf(found, 'model').fault, 'the folder model cannot be read: permission denied');
    assert.deepEqual(modelOf(found, 'model').versions, modelOf(first, 'model').versions);
    assert.equal(versionOf(found, 'fine').fault, null);
  });
  const again = await scan(tree, first);
  assert.deepEqual(
    again.models.map(({ fault, versions }) => [fault, versions[0]?.fault, versions[0]?.revision]),
    first.models.map(({ versions }) => [null, null, versions[0]?.revision]),
  );
});

test('a repository that cannot be looked at keeps its models', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx');
  const first = await scan(tree);
  tree.remove('.');
  const gone = await scan(tree, first);
  assert.equal(gone.rootFault, `the model repository ${tree.root} cannot be read: it is not there`);
  assert.deepEqual(gone.models, first.models);
  writeFileSync(tree.root, 'a file');
  const file = await scan(tree, gone);
  assert.equal(
    file.rootFault,
    `the model repository ${tree.root} cannot be read: a part of its path is not a directory`,
  );
  assert.deepEqual(file.models, first.models);
  tree.remove('.');
  tree.write('m/1/model.onnx');
  const back = await scan(tree, file);
  assert.equal(back.rootFault, null);
  assert.equal(versionOf(back).revision, versionOf(first).revision);
});

test('an empty folder in place of the repository is a volume that is not mounted', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx');
  const first = await scan(tree);
  renameSync(tree.root, `${tree.root}-mounted`);
  tree.folder('.');
  const empty = await scan(tree, await scan(tree, first));
  assert.match(empty.rootFault ?? '', /is empty, and another folder than before: is its volume mounted\?$/);
  assert.deepEqual(empty.models, first.models);
  tree.remove('.');
  renameSync(`${tree.root}-mounted`, tree.root);
  assert.equal((await scan(tree, empty)).rootFault, null);
});

test('the last model of a repository may be removed', async (t) => {
  const tree = new FolderTree(t);
  tree.write('m/1/model.onnx');
  const first = await scan(tree);
  tree.remove('m');
  const { models, rootFault } = await scan(tree, first);
  assert.deepEqual({ models, rootFault }, { models: [], rootFault: null });
});

test('one model can be looked at alone, and whatever is asked for leads nowhere else', async (t) => {
  const tree = new FolderTree(t);
  tree.write('a/1/model.onnx', 'one');
  tree.write('b/1/model.onnx', 'one');
  tree.write('../secret/1/model.onnx', 'one');
  const first = await scan(tree);
  tree.write('a/1/model.onnx', 'two');
  tree.write('b/1/model.onnx', 'two');
  const only = (name: string): Promise<FolderScan> => scanFolder(tree.root, later, first, name);
  const one = await only('a');
  assert.notEqual(versionOf(one, 'a').revision, versionOf(first, 'a').revision);
  assert.deepEqual(modelOf(one, 'b'), modelOf(first, 'b'));
  for (const name of ['../secret', '..', '.', '', '/etc', 'a/1', 'nobody']) {
    assert.deepEqual((await only(name)).models, first.models);
  }
  tree.remove('a');
  assert.deepEqual(
    (await only('a')).models.map(({ name }) => name),
    ['b'],
  );
});

test('a scan ends where its signal says so', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('m/1/model.onnx');
  const ending = new AbortController();
  const epochMs = (): number => {
    ending.abort(new Error('enough'));
    return later.clock.epochMs();
  };
  const clock = { ...later.clock, epochMs };
  await assert.rejects(scan(tree, null, { clock, signal: ending.signal }), { message: 'enough' });
  await assert.rejects(scan(tree, null, { signal: ending.signal }), { message: 'enough' });
  assert.ok(statSync(file).isFile());
});

function modelOf({ models }: FolderScan, name: string): FoundModel {
  const model = models.find((each) => each.name === name);
  assert.ok(model, `${name} was not found`);
  return model;
}

function versionOf(found: FolderScan, model = 'm', version = '1'): FoundVersion {
  const { versions } = modelOf(found, model);
  const match = versions.find((each) => each.version === version);
  assert.ok(match, `${model}/${version} was not found`);
  return match;
}

/** The scan with other revisions of files: where they come back, nothing was read. */
function marking(found: FolderScan, revision: string): FolderScan {
  const mark = (version: FoundVersion): FoundVersion => ({
    ...version,
    files: version.files.map((file) => ({ ...file, revision })),
  });
  return {
    ...found,
    models: found.models.map((model) => ({ ...model, versions: model.versions.map(mark) })),
  };
}
