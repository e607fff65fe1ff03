import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FolderScan, FoundModel } from './found.js';
import { manifestOf } from './manifest.js';
import { hasMissing, settled } from './settled.js';

/** `a:1,2` is model a with versions 1 and 2; `?` marks what is missing, `!` a fault. */
const rows: [name: string, scans: readonly string[], settled: string][] = [
  ['what is there is there', ['a:1 b:1,2'], 'a:1 b:1,2'],
  ['what comes is there at once', ['a:1', 'a:1,2 b:1'], 'a:1,2 b:1'],
  ['a model that is away once is only missing', ['a:1 b:1', 'b:1'], 'a:1? b:1'],
  ['a model that is away twice is gone', ['a:1 b:1', 'b:1', 'b:1'], 'b:1'],
  ['a model that comes back was never gone', ['a:1', '', 'a:1'], 'a:1'],
  ['a model that comes back may go again', ['a:1', '', 'a:1', ''], 'a:1?'],
  ['a version that is away once is only missing', ['a:1,2', 'a:2'], 'a:1?,2'],
  ['a version that is away twice is gone', ['a:1,2', 'a:2', 'a:2'], 'a:2'],
  ['versions stay in the order of their numbers', ['a:2,10', 'a:1,10'], 'a:1,2?,10'],
  ['a model that cannot be looked at keeps its versions', ['a:1', 'a:1!'], 'a:1!'],
  ['a repository that cannot be looked at loses nothing', ['a:1', '!', '!', '!'], 'a:1'],
  ['nor does it confirm what is missing', ['a:1', '', '!'], 'a:1?'],
];

for (const [name, scans, expected] of rows) {
  test(name, () => {
    let now: FolderScan | null = null;
    for (const text of scans) now = settled(now, scanOf(text, now));
    assert.equal(textOf(now), expected);
    assert.equal(now !== null && hasMissing(now), expected.includes('?'));
  });
}

/** As `scanFolder`, which keeps the models before where it cannot look. */
function scanOf(text: string, before: FolderScan | null): FolderScan {
  const rootFault = text === '!' ? 'it cannot be read' : null;
  const models = rootFault === null ? text.split(' ').filter(Boolean).map(modelOf) : (before?.models ?? []);
  return { models, rootFault, rootId: '1', ignored: [], scannedAt: 0 };
}

function modelOf(text: string): FoundModel {
  const [name = '', versions = ''] = text.replace('!', '').split(':');
  return {
    name,
    folder: `/models/${name}`,
    configFile: null,
    beside: manifestOf([]),
    versions: versions.split(',').map((version) => ({
      version,
      shown: `${name}/${version}`,
      folder: `/models/${name}/${version}`,
      ...manifestOf([]),
      isMissing: false,
    })),
    ignored: [],
    fault: text.endsWith('!') ? 'it cannot be read' : null,
    isMissing: false,
  };
}

function textOf(scan: FolderScan | null): string {
  return (scan?.models ?? []).map(modelText).join(' ');
}

function modelText({ name, versions, isMissing, fault }: FoundModel): string {
  const parts = versions.map((each) => each.version + (each.isMissing ? '?' : ''));
  // A missing model is marked as a whole.
  return `${name}:${parts.join(',')}${isMissing ? '?' : ''}${fault === null ? '' : '!'}`;
}
