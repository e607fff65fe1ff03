/** Which editor an input gets, and what shape it is given. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype } from '../../web/try/datatype.js';
import { type EditorKind, editorsOf } from '../../web/try/editor-of.js';
import { imageLayoutOf } from '../../web/try/image-layout.js';
import { isNpy, readNpy } from '../../web/try/npy.js';
import { preprocessingFor, readPreprocessing } from '../../web/try/preprocessing.js';
import { Problem, type ProblemKey } from '../../web/try/problem.js';
import { filled, shapeFor, shapeText } from '../../web/try/shape.js';

const editors: [name: string, Datatype, shape: number[], EditorKind[]][] = [
  ['input', 'UINT8', [1, 28, 28, 1], ['image', 'numbers', 'fill']],
  ['image', 'FP32', [-1, 1, 28, 28], ['image', 'numbers', 'fill']],
  ['input_1', 'FP32', [1, 256, 256, 3], ['image', 'fill', 'numbers']],
  ['x', 'FP32', [-1, 3, -1, -1], ['image', 'numbers', 'fill']],
  ['features', 'FP32', [-1, 4], ['numbers', 'fill']],
  ['input_ids', 'INT64', [-1, -1], ['numbers', 'fill']],
  ['input_ids', 'INT32', [1, 64, 64], ['numbers', 'fill', 'image']],
  ['pixels', 'INT64', [1, 3, 8, 8], ['numbers', 'fill']],
  ['pixels', 'FP64', [28, 28], ['image', 'numbers', 'fill']],
  ['weights', 'FP32', [1000, 1000], ['image', 'fill', 'numbers']],
  ['mel', 'FP32', [1, 80, 80], ['fill', 'numbers', 'image']],
  ['text', 'BYTES', [-1], ['text', 'fill']],
  ['flag', 'BOOL', [1], ['switch', 'numbers', 'fill']],
  ['mask', 'BOOL', [1, 64], ['numbers', 'fill']],
  ['scale', 'FP32', [], ['numbers', 'fill']],
];
for (const [name, datatype, shape, kinds] of editors) {
  test(`${name} ${datatype} ${shapeText(shape)} is given as ${kinds[0]}`, () => {
    assert.deepEqual(editorsOf({ name, datatype, shape, format: '' }), kinds);
  });
}

const layouts: [shape: number[], format: string, layout: string | null][] = [
  [[1, 28, 28, 1], '', 'HWC 1'],
  [[-1, 1, 28, 28], '', 'CHW 1'],
  [[-1, 224, 224, 3], '', 'HWC 3'],
  [[1, 3, 224, 224], '', 'CHW 3'],
  [[1, 4, 64, 64], '', 'CHW 4'],
  [[-1, -1, -1, 3], '', 'HWC 3'],
  [[3, 64, 64], '', 'CHW 3'],
  [[64, 48, 3], '', 'HWC 3'],
  [[1, 28, 28], '', 'CHW 1'],
  [[-1, 28, 28], '', 'HW 1'],
  [[28, 28], '', 'HW 1'],
  [[-1, 3, 224, 3], 'FORMAT_NHWC', null],
  [[-1, -1, -1, 3], 'FORMAT_NCHW', 'HWC 3'],
  [[1, 128, 768], '', null],
  [[-1, -1, 768], '', null],
  [[1, 2, 64, 64], '', null],
  [[-1, 784], '', null],
  [[4], '', null],
  [[1, 1, 1, 10], '', null],
  [[1, 3, 8, 64, 64], '', null],
];
for (const [shape, format, expected] of layouts) {
  test(`${shapeText(shape)} ${format} as a picture: ${expected}`, () => {
    const layout = imageLayoutOf(shape, format);
    const letters = shape.map((_, axis) => {
      if (axis === layout?.channel) return 'C';
      if (axis === layout?.height) return 'H';
      return axis === layout?.width ? 'W' : '';
    });
    assert.equal(layout && `${letters.join('')} ${layout.channels}`, expected);
  });
}

const shapes: [shape: number[], count: number, sizes: Record<number, number>, number[] | ProblemKey][] = [
  [[-1, 4], 12, {}, [3, 4]],
  [[-1, 4], 13, {}, 'problemCountMultiple'],
  [[-1, -1], 12, { 1: 6 }, [2, 6]],
  [[2, 2], 4, {}, [2, 2]],
  [[2, 2], 5, {}, 'problemCount'],
  [[-1], 0, {}, 'problemNoElements'],
  [[], 1, {}, []],
];
for (const [shape, count, sizes, expected] of shapes) {
  test(`${count} elements for ${shapeText(shape)}: ${JSON.stringify(expected)}`, () => {
    if (typeof expected !== 'string') return assert.deepEqual(shapeFor(shape, count, sizes), expected);
    assert.throws(
      () => shapeFor(shape, count, sizes),
      (thrown) => thrown instanceof Problem && thrown.key === expected,
    );
  });
}

test('open axes are as chosen, else 1', () => {
  assert.deepEqual(filled([-1, 3, -1, -1], { 2: 64 }), [1, 3, 64, 1]);
});

const defaults: [Datatype, shape: number[], range: string, isCentred: boolean][] = [
  ['UINT8', [1, 28, 28, 1], 'byte', true],
  ['FP32', [-1, 1, 28, 28], 'unit', true],
  ['FP32', [1, 256, 256, 3], 'unit', false],
  ['FP32', [1, 3, 224, 224], 'imagenet', false],
  ['INT8', [1, 224, 224, 3], 'shifted', false],
];
for (const [datatype, shape, range, isCentred] of defaults) {
  test(`preprocessing for ${datatype} ${shapeText(shape)}: ${range}`, () => {
    const layout = imageLayoutOf(shape);
    assert.ok(layout);
    const preprocessing = preprocessingFor(datatype, layout, shape);
    assert.equal(preprocessing.range, range);
    assert.equal(preprocessing.centre, isCentred);
    // What was kept counts as far as it means something.
    const kept = readPreprocessing('{"resize":"stretch","order":"XYZ","invert":1}', preprocessing);
    assert.deepEqual(kept, { ...preprocessing, resize: 'stretch' });
    for (const text of [null, 'null', '{', '[]', '7']) {
      assert.deepEqual(readPreprocessing(text, preprocessing), preprocessing);
    }
  });
}

/** As numpy.save writes it. */
function npyOf(head: string, bytes: number[], version = 1): Uint8Array {
  const text = new TextEncoder().encode(`${head}\n`);
  const length = version === 1 ? [text.length, 0] : [text.length, 0, 0, 0];
  return Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length, ...text, ...bytes);
}

test('an array of NumPy is read, in both forms of its head', () => {
  for (const version of [1, 2]) {
    const file = npyOf(
      "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2), }",
      [1, 0, 255, 255],
      version,
    );
    assert.ok(isNpy(file));
    const { datatype, shape, bytes } = readNpy(file);
    assert.deepEqual([datatype, shape, [...bytes]], ['INT16', [1, 2], [1, 0, 255, 255]]);
  }
  assert.deepEqual(readNpy(npyOf("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", [1])).shape, []);
});

const badArrays: [file: Uint8Array, ProblemKey][] = [
  [npyOf("{'descr': '>i2', 'fortran_order': False, 'shape': (1,), }", [0, 1]), 'problemNpyType'],
  [npyOf("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", [0, 1]), 'problemNpyType'],
  [npyOf("{'descr': '<i2', 'fortran_order': True, 'shape': (1, 1), }", [0, 1]), 'problemNpyOrder'],
  [npyOf("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }", [0, 1]), 'problemNpy'],
  [Uint8Array.of(1, 2, 3), 'problemNpy'],
];
for (const [file, key] of badArrays) {
  test(`a file that cannot be taken: ${key} (${file.length} bytes)`, () => {
    assert.throws(
      () => readNpy(file),
      (thrown) => thrown instanceof Problem && thrown.key === key,
    );
  });
}
