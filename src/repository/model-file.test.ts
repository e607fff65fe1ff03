import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundFile } from './found.js';
import { modelFileOf } from './model-file.js';

const rows: [files: readonly string[], names: readonly string[] | undefined, expected: string][] = [
  [['model.onnx'], undefined, 'model.onnx'],
  [['model.tflite', 'labels.txt'], undefined, 'model.tflite'],
  [['model.onnx/model.onnx', 'model.onnx/weights'], undefined, 'model.onnx/model.onnx'],
  [[], undefined, 'm/1 has neither model.onnx nor model.tflite'],
  [['model.onnx.part'], undefined, 'm/1 has neither model.onnx nor model.tflite'],
  [['sub/model.onnx'], undefined, 'm/1 has neither model.onnx nor model.tflite'],
  [
    ['model.onnx', 'model.tflite'],
    undefined,
    'm/1 has model.onnx and model.tflite; expected one of them, or default_model_filename',
  ],
  [['model.onnx', 'model.tflite'], ['model.tflite'], 'model.tflite'],
  [['net.bin'], ['net.bin'], 'net.bin'],
  [['model.onnx'], ['net.bin'], 'm/1 has no net.bin'],
  [['model.onnx'], ['../1/model.onnx'], 'm/1 has no ../1/model.onnx'],
  [['model.onnx'], ['/etc/passwd'], 'm/1 has no /etc/passwd'],
  [['model.onnx'], [''], 'm/1 has no '],
];

for (const [paths, names, expected] of rows) {
  test(`of ${paths.join(', ') || 'nothing'}, ${names?.join() ?? 'the usual name'} gives: ${expected}`, () => {
    const found = modelFileOf({ shown: 'm/1', files: paths.map(fileOf), fault: null }, names);
    assert.equal('path' in found ? found.path : found.fault, expected);
  });
}

test('what is wrong with a version comes before what it lacks', () => {
  assert.deepEqual(modelFileOf({ shown: 'm/1', files: [], fault: 'it is broken' }), {
    fault: 'it is broken',
  });
});

function fileOf(path: string): FoundFile {
  return { path, bytes: 1, revision: 'x', fault: null, seen: null };
}
