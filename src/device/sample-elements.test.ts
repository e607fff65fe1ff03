import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES, DATATYPES } from '#tensor/datatype.js';
import { HALF_FORMATS, halfValueOf } from '#tensor/half.js';
import { viewOf } from '#tensor/view.js';
import { randomElements, zeroElements } from './sample-elements.js';

const COUNT = 1000;

for (const datatype of DATATYPES) {
  test(`random ${datatype} elements are the same for a seed, and others for another`, () => {
    const [a, b, c] = ['x', 'x', 'y'].map((seed) => randomElements(datatype, COUNT, seed));
    assert.deepEqual(a, b);
    if (datatype !== 'BYTES') assert.notDeepEqual(a, c);
  });
}

for (const datatype of ['FP16', 'BF16', 'FP32', 'FP64'] as const) {
  test(`random ${datatype} elements are spread from 0 up to 1`, () => {
    const data = randomElements(datatype, COUNT, 'x');
    const values =
      datatype === 'FP16' || datatype === 'BF16'
        ? Array.from(viewOf(data, datatype), (bits) => halfValueOf(bits, HALF_FORMATS[datatype]))
        : Array.from(viewOf(data, datatype));
    assert.equal(values.length, COUNT);
    assert.ok(values.every((value) => value >= 0 && value < 1));
    for (const part of [0, 1, 2, 3]) {
      const count = values.filter((value) => Math.floor(value * 4) === part).length;
      assert.ok(count > COUNT / 8, `${count} of ${COUNT} in quarter ${part}`);
    }
  });
}

for (const datatype of DATATYPES.filter((each) => /INT|BOOL/.test(each))) {
  test(`random ${datatype} elements are 0 or 1`, () => {
    const view = viewOf(randomElements(datatype, COUNT, 'x'), datatype as 'INT64');
    const values = Array.from(view, Number);
    assert.deepEqual([...new Set(values)].sort(), [0, 1]);
  });
}

test('zeros are zeros, and texts are empty', () => {
  assert.deepEqual(zeroElements('FP32', 3), new Uint8Array(3 * DATATYPE_BYTES.FP32));
  for (const data of [zeroElements('BYTES', 3), randomElements('BYTES', 3, 'x')]) {
    assert.deepEqual(
      decodeByteStrings(data, 3, 'x').map(({ length }) => length),
      [0, 0, 0],
    );
  }
});
