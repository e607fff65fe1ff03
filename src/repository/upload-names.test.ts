import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { checkUploadNames, MAX_UPLOADED_FILES } from './upload-names.js';

const good: (readonly string[])[] = [
  [],
  ['1/model.onnx'],
  ['1/model.onnx', '2/model.onnx', '10/model.tflite'],
  ['1/model.onnx/model.onnx', '1/model.onnx/weights.bin'],
  ['1/..model..onnx', '1/モデル.onnx', '1/a b'],
  [`1/${'a/'.repeat(15)}b`],
  [`1/${'a'.repeat(255)}`],
];

const bad: [names: readonly string[], sentence: RegExp][] = [
  [[''], /^'parameters\.file:' names no version/],
  [['model.onnx'], /^'parameters\.file:model\.onnx' names no version; expected 'file:<version>\/<path>'/],
  [['0/model.onnx'], /names no version/],
  [['01/model.onnx'], /names no version/],
  [['-1/model.onnx'], /names no version/],
  [['/1/model.onnx'], /names no version/],
  [['../1/model.onnx'], /names no version/],
  [['1'], /^'parameters\.file:1' names no file/],
  [['1/'], /leads elsewhere/],
  [['1//model.onnx'], /leads elsewhere/],
  [['1/../../model.onnx'], /^'parameters\.file:1\/\.\.\/\.\.\/model\.onnx' leads elsewhere/],
  [['1/a/..'], /leads elsewhere/],
  [['1/./model.onnx'], /leads elsewhere/],
  [['1/a\\b'], /backslash/],
  [['1\\model.onnx'], /names no version/],
  [['1/a\0b'], /characters/],
  [['1/a\nb'], /characters/],
  [['1/\ud800'], /characters/],
  [[`1/${'a/'.repeat(16)}b`], /more than 16 folders deep/],
  [[`1/${'a'.repeat(256)}`], /more than 255 bytes/],
  [[`1/${'é'.repeat(128)}`], /more than 255 bytes/],
  [[`${'1'.repeat(256)}/a`], /more than 255 bytes/],
  [['1/a', '1/a/b/c'], /^'parameters\.file:1\/a\/b\/c' is below 'parameters\.file:1\/a', which is a file$/],
  [Array.from({ length: MAX_UPLOADED_FILES + 1 }, (_, at) => `1/${at}`), /1001 .* too many; expected 1000/],
];

for (const names of good)
  test(`may be brought: ${JSON.stringify(names)}`, () => assert.doesNotThrow(() => checkUploadNames(names)));

for (const [names, sentence] of bad)
  test(`may not be brought: ${JSON.stringify(names).slice(0, 60)}`, () => {
    assert.throws(
      () => checkUploadNames(names),
      (thrown: unknown) =>
        thrown instanceof ServingError &&
        thrown.code === 'INVALID_ARGUMENT' &&
        sentence.test(thrown.message) &&
        thrown.message.length < 300,
    );
  });
