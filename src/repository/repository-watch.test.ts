import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { eventually } from '../../test/support/eventually.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { FolderTree } from '../../test/support/folder-tree.js';
import { hearLog } from '../../test/support/heard.js';
import type { OpenWatcher } from './folder-events.js';
import type { FolderScan } from './found.js';
import type { WatchMode } from './next-scan.js';
import { RepositoryWatch, type WatchOptions } from './repository-watch.js';

const pollMs = 15_000;
const debounceMs = 200;

test('none and explicit look once, and again only when they are asked', async (t) => {
  for (const mode of ['none', 'explicit'] as const) {
    const { watch, tree, clock, scans } = watched(t, mode);
    tree.write('a/1/model.onnx');
    assert.deepEqual(namesOf(await watch.start()), ['a']);
    assert.equal(clock.timers, 0, 'nothing is planned');
    tree.write('b/1/model.onnx');
    tree.write('c/1/model.onnx');
    assert.deepEqual(namesOf(await watch.scanNow('b')), ['a', 'b']);
    assert.deepEqual(namesOf(await watch.scanNow(null)), ['a', 'b', 'c']);
    assert.equal(watch.latest?.models.length, 3);
    assert.equal(clock.timers, 0);
    assert.deepEqual(scans, [], 'who asked has the answer');
  }
});

test('polls follow one another, each so long after the end of the last', async (t) => {
  const { watch, tree, clock, next } = watched(t, 'poll');
  await watch.start();
  tree.write('a/1/model.onnx');
  assert.equal(clock.timers, 1);
  clock.advance(pollMs - 1);
  assert.equal(clock.timers, 1, 'not yet');
  clock.advance(1);
  assert.equal(clock.timers, 0, 'while a scan is under way none is planned');
  clock.advance(10 * pollMs);
  assert.deepEqual(namesOf(await next()), ['a']);
  tree.write('b/1/model.onnx');
  clock.advance(pollMs);
  assert.deepEqual(namesOf(await next()), ['a', 'b']);
});

test('a poll takes a model as removed when two scans did not find it; who asks is believed at once', async (t) => {
  const { watch, tree, clock, next } = watched(t, 'poll');
  for (const name of ['a', 'b']) tree.write(`${name}/1/model.onnx`);
  await watch.start();
  renameSync(tree.path('a'), tree.path('.away'));
  clock.advance(pollMs);
  assert.deepEqual(
    (await next()).models.map(({ name, isMissing }) => [name, isMissing]),
    [
      ['a', true],
      ['b', false],
    ],
  );
  clock.advance(pollMs);
  assert.deepEqual(namesOf(await next()), ['b']);
  tree.remove('b');
  assert.deepEqual(namesOf(await watch.scanNow('b')), []);
});

test('a look at one model does not put off the poll', async (t) => {
  const { watch, tree, clock, next } = watched(t, 'poll');
  await watch.start();
  clock.advance(pollMs - 1);
  tree.write('a/1/model.onnx');
  await watch.scanNow('a');
  clock.advance(1);
  assert.deepEqual(namesOf(await next()), ['a']);
});

test('scans follow one another however they are asked for', async (t) => {
  const { watch, tree } = watched(t, 'explicit');
  tree.write('a/1/model.onnx');
  tree.write('b/1/model.onnx');
  const scans = await Promise.all([watch.scanNow('a'), watch.scanNow('b'), watch.scanNow(null)]);
  assert.deepEqual(scans.map(namesOf), [['a'], ['a', 'b'], ['a', 'b']]);
});

test('watching scans after a file event, soon', async (t) => {
  // No poll comes in between.
  const { watch, tree, clock, next } = watched(t, 'watch', { pollMs: 2 ** 40 });
  tree.write('a/1/model.onnx', 'one');
  const first = await watch.start();
  // What was just begun to be heard is looked at once more.
  clock.advance(debounceMs);
  const second = await next();
  assert.deepEqual(namesOf(second), ['a']);
  assert.deepEqual(second.models[0]?.versions[0]?.revision, first.models[0]?.versions[0]?.revision);
  tree.write('a/1/model.onnx', 'two');
  const changed = await untilScan(clock, next);
  assert.notEqual(changed.models[0]?.versions[0]?.revision, first.models[0]?.versions[0]?.revision);
  tree.write('b/1/model.onnx');
  assert.deepEqual(namesOf(await untilScan(clock, next)), ['a', 'b']);
});

test('a repository that comes again under its old name is heard anew', async (t) => {
  const tree = new FolderTree(t);
  const root = tree.folder('above/models');
  const { watch, clock, next } = watched(t, 'watch', { root, pollMs: 2 ** 40 });
  tree.write('above/models/a/1/model.onnx');
  await watch.start();
  // What happens above the repository is heard by nobody.
  renameSync(tree.path('above'), tree.path('old'));
  tree.write('above/models/a/1/model.onnx');
  await watch.scanNow(null);
  clock.advance(debounceMs);
  await next();
  tree.write('above/models/b/1/model.onnx');
  assert.deepEqual(namesOf(await untilScan(clock, next)), ['a', 'b']);
});

test('the look at one model leaves what was heard of others to the next scan', async (t) => {
  let happen: (() => void) | null = null;
  const openWatcher: OpenWatcher = (_, onEvent) => {
    happen = () => onEvent('change', 'config.pbtxt');
    return { on: () => undefined as never, close: () => {} };
  };
  const { watch, tree, clock, next } = watched(t, 'watch', { openWatcher });
  tree.write('a/1/model.onnx');
  await watch.start();
  clock.advance(debounceMs);
  await next();
  assert.ok(happen);
  (happen as () => void)();
  tree.write('b/1/model.onnx');
  await watch.scanNow('a');
  clock.advance(debounceMs);
  assert.deepEqual(namesOf(await next()), ['a', 'b']);
});

test('the poll stands behind the events', async (t) => {
  const log = hearLog(t);
  const openWatcher = (): never => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  };
  const { watch, tree, clock, next } = watched(t, 'watch', { openWatcher });
  await watch.start();
  tree.write('a/1/model.onnx');
  clock.advance(pollMs);
  assert.deepEqual(namesOf(await next()), ['a']);
  assert.equal(log.filter((line) => line.startsWith('WARN file events cannot be used')).length, 1);
});

test('a repository that goes away and comes again is served from what is known, and then anew', async (t) => {
  const { watch, tree, clock, next } = watched(t, 'poll');
  tree.write('a/1/model.onnx');
  await watch.start();
  renameSync(tree.root, `${tree.root}-away`);
  clock.advance(pollMs);
  const away = await next();
  assert.match(away.rootFault ?? '', /cannot be read: it is not there$/);
  assert.deepEqual(namesOf(away), ['a']);
  renameSync(`${tree.root}-away`, tree.root);
  tree.write('b/1/model.onnx');
  clock.advance(pollMs);
  const back = await next();
  assert.equal(back.rootFault, null);
  assert.deepEqual(namesOf(back), ['a', 'b']);
});

test('a receiver that throws does not end the polls', async (t) => {
  const log = hearLog(t);
  let count = 0;
  const second = deferred<void>();
  const onScan = (): void => {
    if (++count === 2) second.resolve();
    throw new Error('of its own making');
  };
  const { watch, clock } = watched(t, 'poll', { onScan });
  await watch.start();
  clock.advance(pollMs);
  const turn = async (): Promise<number> => {
    await new Promise((resolve) => setImmediate(resolve));
    return clock.timers;
  };
  await eventually(turn, (timers) => timers === 1, 1_000_000);
  clock.advance(pollMs);
  await second.promise;
  assert.deepEqual(log.slice(0, 1), ['ERROR a scan of the model repository failed: of its own making']);
});

test('a stopped watch plans nothing, tells nothing and answers nobody', async (t) => {
  const { watch, tree, clock, scans } = watched(t, 'watch');
  tree.write('a/1/model.onnx');
  const started = watch.start();
  const failed = assert.rejects(started, { code: 'UNAVAILABLE' });
  await watch.stop();
  await failed;
  assert.equal(clock.timers, 0);
  await assert.rejects(watch.scanNow('a'), { message: 'the model repository is no longer watched' });
  assert.deepEqual(scans, []);
});

interface Watched {
  readonly watch: RepositoryWatch;
  readonly tree: FolderTree;
  readonly clock: FakeClock;
  /** All that `onScan` was told. */
  readonly scans: readonly FolderScan[];
  /** The next of them. */
  next(): Promise<FolderScan>;
}

function watched(t: TestContext, mode: WatchMode, more: Partial<WatchOptions> = {}): Watched {
  const tree = new FolderTree(t);
  const clock = new FakeClock();
  const scans: FolderScan[] = [];
  const waiting: ((scan: FolderScan) => void)[] = [];
  const onScan = (scan: FolderScan): void => {
    scans.push(scan);
    waiting.shift()?.(scan);
  };
  const watch = new RepositoryWatch({ root: tree.root, mode, pollMs, debounceMs, clock, onScan, ...more });
  t.after(() => watch.stop());
  const next = (): Promise<FolderScan> => {
    const { promise, resolve } = deferred<FolderScan>();
    waiting.push(resolve);
    return promise;
  };
  return { watch, tree, clock, scans, next };
}

/** Lets time pass until there is another scan: events come from the system when they come. */
async function untilScan(clock: FakeClock, next: () => Promise<FolderScan>): Promise<FolderScan> {
  let scan: FolderScan | null = null;
  const waiting = next().then((found) => {
    scan = found;
  });
  const turn = async (): Promise<FolderScan | null> => {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
    return scan;
  };
  await eventually(turn, (found) => found !== null, 1_000_000);
  await waiting;
  return scan as unknown as FolderScan;
}

function namesOf({ models }: FolderScan): readonly string[] {
  return models.map(({ name }) => name);
}
