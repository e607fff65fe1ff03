/** Elements as they are typed, packed, and read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype } from '../../web/try/datatype.js';
import { dataJson, shownElement } from '../../web/try/element-text.js';
import {
  countOf,
  type Element,
  numbersOf,
  packElements,
  readerOf,
  writerOf,
} from '../../web/try/elements.js';
import { elementTexts } from '../../web/try/number-text.js';
import { Problem, type ProblemKey } from '../../web/try/problem.js';
import { randomElements, zeroElements } from '../../web/try/random-elements.js';
import { brainBits, brainValue, halfBits, halfValue } from '../../web/try/short-float.js';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const packed: [Datatype, texts: string[], hex: string, json: string][] = [
  ['BOOL', ['true', '0', 'FALSE', '1'], '01000001', '[true,false,false,true]'],
  ['UINT8', ['0', '255', '2.0'], '00ff02', '[0,255,2]'],
  ['INT8', ['-128', '+127'], '807f', '[-128,127]'],
  ['UINT16', ['65535'], 'ffff', '[65535]'],
  ['INT16', ['-2'], 'feff', '[-2]'],
  ['UINT32', ['4294967295'], 'ffffffff', '[4294967295]'],
  ['INT32', ['-1'], 'ffffffff', '[-1]'],
  [
    'INT64',
    ['-9223372036854775808', '9007199254740993'],
    '00000000000000800100000000002000',
    '[-9223372036854775808,9007199254740993]',
  ],
  ['UINT64', ['18446744073709551615'], 'ffffffffffffffff', '[18446744073709551615]'],
  ['FP16', ['0.1', '-2', '65504'], '662e00c0ff7b', '[0.099975586,-2,65504]'],
  ['BF16', ['1', '-0.5'], '803f00bf', '[1,-0.5]'],
  [
    'FP32',
    ['0.1', 'NaN', '-inf', '1e-3', '-0'],
    'cdcccc3d0000c07f000080ff6f12833a00000080',
    '[0.1,NaN,-Infinity,0.001,-0]',
  ],
  ['FP64', ['0.1'], '9a9999999999b93f', '[0.1]'],
  ['BYTES', ['é', ''], '02000000c3a900000000', '["é",""]'],
];
for (const [datatype, texts, hex, json] of packed) {
  test(`${datatype} ${texts.join(' ')} is ${hex}`, () => {
    const bytes = packElements(datatype, texts);
    assert.equal(hexOf(bytes), hex);
    assert.equal(countOf(datatype, bytes), texts.length);
    assert.equal(dataJson({ datatype, bytes }), json);
    // What JSON says is the same elements again.
    const read = readerOf(datatype, bytes);
    const again = texts.map((_, index) => String(Object.is(read(index), -0) ? '-0' : read(index)));
    assert.equal(hexOf(packElements(datatype, again)), hex);
  });
}

const refused: [Datatype, text: string, ProblemKey][] = [
  ['UINT8', '256', 'problemOutOfRange'],
  ['INT8', '-129', 'problemOutOfRange'],
  ['INT64', '9223372036854775808', 'problemOutOfRange'],
  ['UINT64', '-1', 'problemOutOfRange'],
  ['INT32', '1.5', 'problemNotInteger'],
  ['INT32', '1e3', 'problemNotInteger'],
  ['FP16', '65520', 'problemOutOfRange'],
  ['FP32', '1e39', 'problemOutOfRange'],
  ['FP32', 'oops', 'problemNotNumber'],
  ['FP64', '0x10', 'problemNotNumber'],
  ['BOOL', '2', 'problemNotBool'],
];
for (const [datatype, text, key] of refused) {
  test(`${text} is no ${datatype}, and the place is told`, () => {
    assert.throws(
      () => packElements(datatype, ['1', text]),
      (thrown) => thrown instanceof Problem && thrown.key === key && thrown.places['place'] === 2,
    );
  });
}

test('every FP16 is read and written as itself', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfValue(bits);
    if (!Number.isNaN(value)) assert.equal(halfBits(value), bits, String(value));
  }
});

test('every BF16 is the upper half of an FP32', () => {
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = 0; bits < 0x10000; bits++) {
    view.setUint32(0, bits * 0x10000);
    const value = view.getFloat32(0);
    if (Number.isNaN(value)) continue;
    assert.equal(brainValue(bits), value);
    assert.equal(brainBits(value), bits);
  }
});

const rounded: [value: number, half: number][] = [
  [1 + 1 / 2048, 0x3c00],
  [1 + 3 / 2048, 0x3c02],
  [65519.99, 0x7bff],
  [65520, 0x7c00],
  [2 ** -25, 0],
  [1.5 * 2 ** -25, 1],
  [Number.NEGATIVE_INFINITY, 0xfc00],
];
for (const [value, bits] of rounded) {
  test(`the nearest FP16 of ${value} is ${bits.toString(16)}, ties to even`, () => {
    assert.equal(halfBits(value), bits);
  });
}

test('the shortest FP32 is read as the same value', () => {
  const bytes = randomElements('FP32', 500);
  const again = packElements('FP32', JSON.parse(dataJson({ datatype: 'FP32', bytes })).map(String));
  assert.equal(hexOf(again), hexOf(bytes));
});

test('a writer keeps integers in their range', () => {
  const bytes = new Uint8Array(4);
  const write = writerOf('UINT8', bytes);
  for (const [index, value] of [-3, 300, 127.5, Number.NaN].entries()) write(index, value);
  assert.deepEqual([...bytes], [0, 255, 128, 0]);
});

test('fillings have the size they must have, and random numbers are within', () => {
  assert.equal(zeroElements('INT64', 3).length, 24);
  assert.equal(hexOf(zeroElements('BYTES', 2)), '0000000000000000');
  assert.deepEqual(
    [
      ...numbersOf(
        'INT8',
        randomElements('INT8', 2, () => 0.999),
      ),
    ],
    [127, 127],
  );
  assert.deepEqual(
    [
      ...numbersOf(
        'INT64',
        randomElements('INT64', 1, () => 0.5),
      ),
    ],
    [128],
  );
  assert.equal(countOf('BYTES', randomElements('BYTES', 3)), 3);
});

const pasted: [what: string, text: string, elements: string[]][] = [
  ['a row', '1, 2,3', ['1', '2', '3']],
  ['columns of a spreadsheet', '1\t2\r\n3\t4\r\n', ['1', '2', '3', '4']],
  ['a JSON array', '[[1, -2e3], [NaN, .5]]', ['1', '-2e3', 'NaN', '.5']],
  ['CSV with a heading', 'length;width\n5;3', ['5', '3']],
  ['a word that is no heading', '5,3\nsix,4', ['5', '3', 'six', '4']],
  ['a single word', 'oops', ['oops']],
  ['quoted cells', '"1","2"', ['1', '2']],
  ['nothing', ' \n', []],
];
for (const [what, text, elements] of pasted) {
  test(`${what}: ${JSON.stringify(text)}`, () => assert.deepEqual(elementTexts(text), elements));
}

const shown: [Element, string][] = [
  [0.123456789, '0.123457'],
  [1e-9, '1.000e-9'],
  [123456789, '123456789'],
  [9007199254740993n, '9007199254740993'],
  [Number.NaN, 'NaN'],
  [true, 'true'],
];
for (const [element, text] of shown) {
  test(`${element} is shown as ${text}`, () => assert.equal(shownElement(element), text));
}
