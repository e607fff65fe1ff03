import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { viewOf } from '#tensor/view.js';
import { readTensorData } from './json-data.js';
import { Fp32Stretch } from './json-data-fp32.js';
import { nearestFp32 } from './json-float.js';
import { PLAIN_JSON } from './json-form.js';
import { JsonReader } from './json-reader.js';

const END = -1;
/** Behind an array, this makes all of it so far from the end of the text that stretches may read it. */
const SPACE_BEHIND = ' '.repeat(64);

/** The numbers of an array, or what was said of it. */
function read(text: string, count: number): number[] | string {
  try {
    const reader = new JsonReader(Buffer.from(text));
    const head = { place: 'inputs[0]', name: 'x', datatype: 'FP32', shape: [count] } as const;
    return Array.from(viewOf(readTensorData(reader, head, PLAIN_JSON), 'FP32'));
  } catch (error) {
    if (error instanceof ServingError) return error.message;
    throw error;
  }
}

/** What stretches read of an array that is open, and where they stopped. */
function stretched(
  text: string,
  count: number,
): { numbers: number[]; stopped: string | typeof END; at: number } {
  const bytes = Buffer.from(`${text}${SPACE_BEHIND}`);
  const out = new Uint8Array(count * 4);
  const stretch = new Fp32Stretch(bytes, out);
  let from = 0;
  for (let before = -1; from !== END && stretch.index > before; ) {
    before = stretch.index;
    from = stretch.read(bytes, from);
  }
  const numbers = Array.from(viewOf(out, 'FP32')).slice(0, stretch.index);
  return { numbers, stopped: from === END ? END : bytes.toString('latin1', from).trimEnd(), at: stretch.at };
}

/** Bit for bit the nearest, told by the exact way; faster than one assertion for each. */
function assertNearest(texts: readonly string[]): void {
  const found = read(`[${texts.join(',')}]${SPACE_BEHIND}`, texts.length);
  if (typeof found === 'string') assert.fail(found);
  texts.forEach((text, i) => {
    if (!Object.is(found[i], nearestFp32(text))) assert.fail(`${text} is not ${found[i]}`);
  });
}

const plain: string[] = [
  '0,-0,0.0,-0.0,0e5,1,12,123,1234,12345,123456,1234567,12345678,123456789',
  '0.1,0.12,0.123,0.1234,0.12345,0.123456,0.1234567,0.12345678,0.123456789,-12.5,999999999.99999999',
  '0.7823458313941956,0.12345679104328156,0.000009655952453613281,0.123456789012345678901234',
  '1e5,1E5,1e+5,1e-05,1.5e-7,-1.25e30,1.1754943508222875e-38,1e-45,1e-60,0.1e38',
];

for (const numbers of plain) {
  test(`a stretch reads all of ${numbers}`, () => {
    const texts = numbers.split(',');
    for (const between of [',', ', ', ' , ', '\n,\r\n\t ']) {
      const text = texts.join(between);
      const found = stretched(`${text} ]`, texts.length);
      assert.deepEqual(found, { numbers: texts.map(nearestFp32), stopped: END, at: text.length }, between);
    }
  });
}

test('a stretch of 10,000 numbers stops for its chunks only', () => {
  const texts = Array.from({ length: 10_000 }, (_, i) => String(Math.fround(Math.sin(i)) || 0.5));
  assert.deepEqual(stretched(`${texts.join(', ')}]`, 10_000).numbers, texts.map(nearestFp32));
});

const left: [text: string, stopped: string][] = [
  ['1,2,3', '3'],
  ['1,NaN', 'NaN'],
  ['1,-Infinity', '-Infinity'],
  ['1,01', '01'],
  ['1,-01.5', '-01.5'],
  ['1,.5', '.5'],
  ['1,/5', '/5'],
  ['1,-', '-'],
  ['1,+1', '+1'],
  ['1,2.', '2.'],
  ['1,2.e1', '2.e1'],
  ['1,2e', '2e'],
  ['1,2e+', '2e+'],
  ['1,2e61', '2e61'],
  ['1,2e100', '2e100'],
  ['1,1e39', '1e39'],
  ['1,1234567890', '1234567890'],
  ['1,0.1234567890123456789012345', '0.1234567890123456789012345'],
  ['1,16777217', '16777217'],
  ['1,"2"', '"2"'],
  ['1, null', 'null'],
];

for (const [text, stopped] of left) {
  test(`a stretch of ${text} leaves ${stopped}`, () => {
    assert.equal(stretched(text, 2).stopped, stopped);
  });
}

test('a stretch ends before an array, before what is no comma, and near the end of the text', () => {
  assert.deepEqual(stretched('1,2,[3]', 3), { numbers: [1, 2], stopped: END, at: 3 });
  assert.deepEqual(stretched('1,2;3', 3), { numbers: [1, 2], stopped: END, at: 3 });
  assert.deepEqual(stretched('1,2 3', 3), { numbers: [1, 2], stopped: END, at: 3 });
  const bytes = Buffer.from(`1,2,3${' '.repeat(44)}`);
  const stretch = new Fp32Stretch(bytes, new Uint8Array(12));
  assert.equal(stretch.read(bytes, 0), 2);
  assert.equal(stretch.index, 1);
});

const PIECES = [
  '0',
  '1',
  '9',
  '25',
  '0000',
  '12345678',
  '.',
  '-',
  '+',
  'e',
  'E',
  ',',
  ',',
  ' ',
  '[',
  ']',
  'x',
  '\n',
];

test('30,000 arrays, most of them damaged, are read or refused in the same words with and without stretches', () => {
  let state = 1;
  const roll = (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return ((state >>> 8) * bound) >>> 24;
  };
  let wellFormed = 0;
  for (let i = 0; i < 30_000; i++) {
    const inner = Array.from({ length: 1 + roll(6) }, () => PIECES[roll(PIECES.length)]).join('');
    const text = `[1,${inner},2.5]`;
    const [near, far] = [read(text, 3), read(`${text}${SPACE_BEHIND}`, 3)];
    if (typeof near !== 'string') wellFormed++;
    assert.deepEqual(wordsOf(far), wordsOf(near), text);
  }
  assert.ok(wellFormed > 500 && wellFormed < 15_000, `${wellFormed} were well-formed`);
});

/** Without the place where the text ends, which is not the same. */
function wordsOf(found: number[] | string): number[] | string {
  return typeof found === 'string' ? found.replace(/(the end of the text at) .*/, '$1') : found;
}

test('120,000 decimals in the middle between two FP32 numbers, or a hair beside it, go to the nearer', () => {
  const middles: string[] = [];
  for (let i = 0; i < 30_000; i++) {
    // From 2^-30 to 2^29, and all mantissas evenly.
    const ulp = 2 ** ((i % 60) - 53);
    const middle = (2 ** 23 + (Math.imul(i, 279) % 2 ** 23) + 0.5) * ulp;
    middles.push(String(middle), String(middle * (1 + 2 ** -52)), `-${middle * (1 - 2 ** -53)}`);
    middles.push(middle.toPrecision(9 + (i % 16)));
  }
  assertNearest(middles);
});

test('subnormal numbers and the largest ones are the nearest, from halfway between two on too', () => {
  const texts: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    const middle = (i * 37 + 0.5) * 2 ** -149;
    texts.push(
      middle.toExponential(16),
      (middle * (1 + 2 ** -52)).toExponential(16),
      (middle * 1.3).toExponential(7),
    );
    const large = (2 ** 24 - i - 0.5) * 2 ** 104;
    if (i > 0) texts.push(large.toExponential(16), `${large}`, large.toExponential(8).replace('e', 'E'));
  }
  assertNearest(texts.filter((text) => Number.isFinite(nearestFp32(text))));
});
