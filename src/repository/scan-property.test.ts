import assert from 'node:assert/strict';
import {
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#core/clock.js';
import { FolderTree } from '../../test/support/folder-tree.js';
import { oneOf, type Random, randomOf } from '../../test/support/random.js';
import type { FolderScan } from './found.js';
import { modelFileOf } from './model-file.js';
import { scanFolder } from './scan-folder.js';
import { SCAN_LIMITS } from './scan-options.js';
import { settled } from './settled.js';

const options = { ...SCAN_LIMITS, clock: systemClock };
const ROUNDS = 150;

for (const seed of [1, 2, 3]) {
  test(`whatever is done to a tree, revisions are equal if and only if contents are (seed ${seed})`, async (t) => {
    const tree = new FolderTree(t);
    const random = randomOf(seed);
    const revisions = new Map<string, string>();
    const contents = new Map<string, string>();
    let compared = 0;
    let now: FolderScan | null = null;
    for (let round = 0; round < ROUNDS; round++) {
      for (let at = random(4); at > 0; at--) change(tree, random);
      const scan: FolderScan = await scanFolder(tree.root, options, now);
      now = settled(now, scan);
      for (const { versions, fault } of soundOf(scan)) {
        assert.equal(fault, null);
        for (const version of versions) {
          const content = contentOf(version.folder);
          assert.equal(
            revisions.get(content) ?? version.revision,
            version.revision,
            `${version.shown}: ${content}`,
          );
          assert.equal(contents.get(version.revision) ?? content, content, version.shown);
          revisions.set(content, version.revision);
          contents.set(version.revision, content);
          const file = modelFileOf(version);
          if ('path' in file) assert.ok(statSync(join(version.folder, file.path)).isFile());
          compared++;
        }
      }
    }
    // Or the property would say little.
    assert.ok(compared > ROUNDS && revisions.size > 20, `${compared} versions, ${revisions.size} revisions`);
  });
}

/** Models and versions that nothing is wrong with. */
function soundOf({ models }: FolderScan): FolderScan['models'] {
  return models
    .filter(({ fault }) => fault === null)
    .map((model) => ({ ...model, versions: model.versions.filter(({ fault }) => fault === null) }));
}

/** What the files of a version folder hold, read without the room. */
function contentOf(folder: string): string {
  const lines: [string, string][] = [];
  const walk = (at: string): void => {
    for (const name of readdirSync(at)) {
      const path = join(at, name);
      if (name.startsWith('.')) continue;
      if (statSync(path).isDirectory()) walk(path);
      else lines.push([relative(folder, path), readFileSync(path, 'utf8')]);
    }
  };
  walk(folder);
  return JSON.stringify(lines.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PLACES = ['a', 'b', 'c', 'd', '.x'].flatMap((model) =>
  ['1', '2', '1/sub', '2/sub'].map((place) => `${model}/${place}`),
);

function place(random: Random): string {
  const folder = oneOf(random, PLACES);
  return random(3) === 0
    ? folder
    : `${folder}/${oneOf(random, ['model.onnx', 'model.tflite', '.hidden', 'w'])}`;
}

type Change = (path: string, other: string, random: Random) => void;

const write: Change = (path, _, random) => {
  mkdirSync(dirname(path), { recursive: true });
  // Through a link it would be written to wherever that leads.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  writeFileSync(path, oneOf(random, ['one', 'two', 'three', 'none', '']));
};

const link: Change = (path, other, random) => {
  mkdirSync(dirname(other), { recursive: true });
  symlinkSync(oneOf(random, [path, relative(dirname(other), path), '..', '.', 'nothing']), other);
};

/** What somebody may do to a repository. */
const CHANGES: readonly Change[] = [
  ...Array<Change>(10).fill(write),
  link,
  (path) => rmSync(path, { recursive: true, force: true }),
  (path, _, random) => lutimesSync(path, random(9), random(9)),
  (path, other) => renameSync(path, other),
  (path, other) => renameSync(dirname(path), dirname(other)),
];

/** Does one of these things. What the tree does not allow is not done. */
function change(tree: FolderTree, random: Random): void {
  const [path, other] = [tree.path(place(random)), tree.path(place(random))];
  // Links may lead anywhere; a test may not.
  if (!isBelow(path, dirname(tree.root)) || !isBelow(other, dirname(tree.root))) return;
  try {
    oneOf(random, CHANGES)(path, other, random);
  } catch (thrown) {
    assert.ok(thrown instanceof Error && 'syscall' in thrown, String(thrown));
  }
}

/** Every folder on the way to a path that is there lies in the scratch folder. */
function isBelow(path: string, scratch: string): boolean {
  for (let at = dirname(path); at !== scratch; at = dirname(at)) {
    const real = realPathOf(at);
    if (real !== null && real !== scratch && !real.startsWith(scratch + sep)) return false;
  }
  return true;
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
