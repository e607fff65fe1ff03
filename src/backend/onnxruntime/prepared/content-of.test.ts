import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { modelDirectory } from '../../../../test/support/onnx-models.js';
import { contentOf } from './content-of.js';

const folder = modelDirectory(after);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('a file that was written just now is read each time, for it may be written again', () => {
  const [path, notes] = [join(folder, 'new'), join(folder, 'new-notes')];
  writeFileSync(path, 'one');
  assert.equal(contentOf(path, notes), sha256('one'));
  writeFileSync(path, 'two');
  utimesSync(path, 1, 1);
  assert.equal(contentOf(path, notes), sha256('two'));
  assert.deepEqual(existsSync(notes) ? readdirSync(notes) : [], []);
});

test('a file that was left alone is read once', () => {
  const notes = join(folder, 'old-notes');
  // Nobody has written to the program that runs this for a while.
  const read = contentOf(process.execPath, notes);
  const [note = ''] = readdirSync(notes);
  assert.match(read, /^[0-9a-f]{64}$/);
  writeFileSync(join(notes, note), sha256('from the note'));
  assert.equal(contentOf(process.execPath, notes), sha256('from the note'));
  writeFileSync(join(notes, note), 'damaged');
  assert.equal(contentOf(process.execPath, notes), read);
});

test('notes that cannot be written are none', () => {
  const path = join(folder, 'file');
  writeFileSync(path, 'one');
  assert.match(contentOf(process.execPath, join(path, 'below a file')), /^[0-9a-f]{64}$/);
});

test('what is no file is not read', () => {
  assert.throws(() => contentOf('/dev/zero', folder), { message: '/dev/zero is no file' });
});
