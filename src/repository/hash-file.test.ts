import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { statSync, symlinkSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import { FolderTree } from '../../test/support/folder-tree.js';
import { hashFile, stampOf } from './hash-file.js';

const stampAt = (path: string): string => stampOf(statSync(path, { bigint: true }));

for (const length of [0, 1, 256 * 1024 - 1, 256 * 1024, 700_000]) {
  test(`a file of ${length} bytes has the SHA-256 of its contents`, async (t) => {
    const contents = Buffer.alloc(length, 'furiosa');
    const file = new FolderTree(t).write('file', contents);
    assert.equal(await hashFile(file, stampAt(file)), createHash('sha256').update(contents).digest('hex'));
  });
}

test('a file that is another one than was seen is not read, however large', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('file', '');
  const stamp = stampAt(file);
  truncateSync(file, 2 ** 40);
  assert.equal(await hashFile(file, stamp), null);
});

test('a link that took the place of a file is not followed', async (t) => {
  const tree = new FolderTree(t);
  const file = tree.write('file');
  symlinkSync('file', tree.path('link'));
  await assert.rejects(hashFile(tree.path('link'), stampAt(file)), { code: 'ELOOP' });
});
