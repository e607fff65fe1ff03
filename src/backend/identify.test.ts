import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { identityModel, modelDirectory, writeModel } from '../../test/support/onnx-models.js';
import { identify, problemOf } from './identify.js';

const directory = modelDirectory(after);
const text = (value: string): Uint8Array => Uint8Array.from(value, (character) => character.charCodeAt(0));
const onnx = identityModel('FP32');

const files: [name: string, bytes: Uint8Array, expected: string | RegExp][] = [
  ['model.onnx', onnx, 'onnx'],
  ['model', onnx, 'onnx'],
  ['wrong.tflite', onnx, 'onnx'],
  ['model.tflite', text('\x1c\0\0\0TFL3\0\0\0\0'), 'tflite'],
  ['model.bin', text('\x1c\0\0\0TFL3'), 'tflite'],
  ['empty.onnx', new Uint8Array(0), 'the file is empty'],
  ['cut.onnx', onnx.subarray(0, 60), /^the ONNX file is cut off: at least \d+ bytes are missing$/],
  [
    'noise.onnx',
    text('\x01\x02\x03\x04'),
    '"noise.onnx" is named like an ONNX model, but its content is not one',
  ],
  [
    'noise.TFLITE',
    text('\x01\x02\x03'),
    '"noise.TFLITE" is named like a TFLite model, but its content is not one',
  ],
  ['noise.dat', text('\x01\x02\x03'), '"noise.dat" is neither an ONNX nor a TFLite model'],
  [
    'lfs.onnx',
    text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
    'it is a Git LFS pointer, not the model itself; fetch it with "git lfs pull"',
  ],
  ['a.zip', text('PK\x03\x04....'), /^it is a zip archive/],
  ['a.gz', text('\x1f\x8b\x08\0'), 'it is compressed with gzip; unpack it'],
  ['a.tar', text(`${'\0'.repeat(257)}ustar`), 'it is a tar archive; unpack it'],
  ['a.h5', text('\x89HDF\r\n\x1a\n'), /^it is an HDF5 file/],
  ['a.pkl', text('\x80\x04\x95'), /^it is a Python pickle/],
  ['a.safetensors', text('\x10\0\0\0\0\0\0\0{"w":{}}'), /^it is a safetensors file/],
  ['a.gguf', text('GGUF\x03'), /^it is a GGUF file/],
  ['a.ort', text('\x1c\0\0\0ORTM'), /^it is in ORT format/],
  ['page.onnx', text('\n<!DOCTYPE html><html>'), /^it is an HTML page/],
  ['a.xml', text('<?xml version="1.0"?><net/>'), /^it is an XML document/],
  ['a.json', text('{"model": 1}'), 'it is a JSON text, not a model'],
  ['a.txt', text('hello\n'), 'it is a text file, not a model'],
];

for (const [name, bytes, expected] of files) {
  test(`${name} is ${expected}`, () => {
    const found = identify(writeModel(directory, name, bytes));
    const said = 'format' in found ? found.format : found.problem;
    if (typeof expected === 'string') assert.equal(said, expected);
    else assert.match(said, expected);
  });
}

test('what is no file is told so', () => {
  const folder = (name: string, ...names: string[]): string => {
    const path = join(directory, name);
    mkdirSync(path);
    for (const each of names) writeModel(path, each, onnx);
    return path;
  };
  symlinkSync('ring', join(directory, 'ring'));
  for (const [path, problem] of [
    [join(directory, 'none.onnx'), 'there is no such file'],
    [join(writeModel(directory, 'file', onnx), 'below'), 'there is no such file'],
    [join(directory, 'ring'), 'the path is a ring of symbolic links'],
    ['/dev/null', 'it is not a regular file'],
    [folder('bare'), 'it is a directory without a model file in it'],
    [folder('one', 'm.onnx', 'README.md'), 'it is a directory; the model in it is "m.onnx", say that file'],
    [folder('two', 'm.onnx', 'n.tflite'), 'it is a directory that holds 2 models; say which file'],
    [folder('saved', 'saved_model.pb'), 'it is a TensorFlow SavedModel; convert it to TFLite or ONNX'],
  ] as const) {
    assert.deepEqual(identify(path), { problem });
  }
});

test('a file that may not be read is told so', (t) => {
  assert.equal(
    problemOf(Object.assign(new Error(), { code: 'EACCES' })),
    'the file may not be read by this user',
  );
  assert.equal(problemOf(new Error('EIO: i/o error')), 'the file cannot be read: EIO: i/o error');
  if (process.getuid?.() === 0) {
    t.diagnostic('root may read every file: only the sentence was tested');
    return;
  }
  const path = writeModel(directory, 'secret.onnx', onnx);
  chmodSync(path, 0);
  assert.deepEqual(identify(path), { problem: 'the file may not be read by this user' });
});
