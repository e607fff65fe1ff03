import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FolderTree } from '../../test/support/folder-tree.js';
import { Spool } from './spool.js';

const FILES = new Map([
  ['1/model.onnx', new Uint8Array([1, 2, 3])],
  ['2/model.onnx/weights.bin', new Uint8Array()],
]);

test('files are written as a repository of one model, for their owner alone', async (t) => {
  const { root } = new FolderTree(t);
  const folder = await new Spool(root).add('m', FILES);
  assert.deepEqual(readdirSync(folder), ['m']);
  assert.deepEqual([...readFileSync(join(folder, 'm/1/model.onnx'))], [1, 2, 3]);
  assert.equal(statSync(join(folder, 'm/2/model.onnx/weights.bin')).size, 0);
  const modes = ['', 'm', 'm/1', 'm/1/model.onnx'].map((path) => statSync(join(folder, path)).mode & 0o777);
  assert.deepEqual(modes, [0o700, 0o700, 0o700, 0o600]);
});

test('a folder goes when its files were in use and are not any more, and not before', async (t) => {
  const { root } = new FolderTree(t);
  const spool = new Spool(root);
  const [a, b] = [await spool.add('m', FILES), await spool.add('m', FILES)];
  spool.tidy(() => new Set());
  spool.tidy(() => new Set([join(a, 'm/1/model.onnx'), `${b}x/m/1/model.onnx`]));
  assert.deepEqual([existsSync(a), existsSync(b)], [true, true]);
  spool.tidy(() => new Set([join(b, 'm/1/model.onnx')]));
  spool.tidy(() => new Set([join(b, 'm/1/model.onnx')]));
  // Whoever closes waits for what is being removed.
  await spool.close();
  assert.deepEqual(readdirSync(root), []);
});

test('nobody is asked what is in use while there are no folders', async (t) => {
  new Spool(new FolderTree(t).root).tidy(() => assert.fail('asked'));
});

test('nothing is left by what comes during the close, and nothing is taken after it', async (t) => {
  const { root } = new FolderTree(t);
  const spool = new Spool(root);
  const late = spool.add('m', FILES);
  await spool.close();
  await late;
  assert.deepEqual(readdirSync(root), []);
  await assert.rejects(spool.add('m', FILES), { code: 'UNAVAILABLE' });
  assert.deepEqual(readdirSync(root), []);
});

test('files that cannot be written are told, and nothing of them is left', async (t) => {
  const { root } = new FolderTree(t);
  const twice = new Map([
    ['1/a', new Uint8Array()],
    ['1/a/b', new Uint8Array()],
  ]);
  await assert.rejects(new Spool(root).add('m', twice), {
    code: 'INTERNAL',
    message: /^the files of model 'm' cannot be kept: /,
  });
  assert.deepEqual(readdirSync(root), []);
  await assert.rejects(new Spool(join(root, 'nowhere')).add('m', FILES), { code: 'INTERNAL' });
});
