import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { type FixedSizeType, viewOf } from '#tensor/view.js';
import { decodeInferRequest } from './decode-infer.js';
import { readTensorData } from './json-data.js';
import { nearestFp32 } from './json-float.js';
import { PLAIN_JSON } from './json-form.js';
import { JsonReader } from './json-reader.js';

/** Whole numbers from 0 to below the bound, the same in every run (mulberry32). */
function dice(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

function read(datatype: FixedSizeType, texts: readonly string[]): ArrayLike<number | bigint> {
  const reader = new JsonReader(Buffer.from(`[${texts.join(',')}]`));
  const data = readTensorData(
    reader,
    { place: 'inputs[0]', name: 'x', datatype, shape: [texts.length] },
    PLAIN_JSON,
  );
  return viewOf(data, datatype);
}

/** Complains about the first element that is not, bit for bit, what is expected; faster than one assertion for each. */
function same(
  texts: readonly string[],
  found: ArrayLike<number | bigint>,
  expected: (text: string) => unknown,
): void {
  texts.forEach((text, i) => {
    if (!Object.is(found[i], expected(text))) assert.equal(found[i], expected(text), `element ${i}: ${text}`);
  });
}

/** Digits, perhaps with a point and an exponent. */
function randomNumber(roll: (bound: number) => number): string {
  const digits = (count: number): string => Array.from({ length: count }, () => roll(10)).join('');
  const whole = roll(3) === 0 ? '0' : `${1 + roll(9)}${digits(roll(roll(8) === 0 ? 25 : 6))}`;
  const fraction = roll(3) === 0 ? '' : `.${digits(1 + roll(roll(4) === 0 ? 25 : 8))}`;
  const exponent =
    roll(3) > 0 ? '' : `${'eE'[roll(2)]}${['', '+', '-'][roll(3)]}${roll(roll(4) === 0 ? 400 : 30)}`;
  return `${roll(2) === 0 ? '' : '-'}${whole}${fraction}${exponent}`;
}

test('50,000 random numbers are, as FP64, what JavaScript makes of them', () => {
  const roll = dice(1);
  const texts = Array.from({ length: 50_000 }, () => randomNumber(roll)).filter((text) =>
    Number.isFinite(Number(text)),
  );
  same(texts, read('FP64', texts), Number);
});

test('50,000 random doubles in their shortest digits come back bit for bit', () => {
  const roll = dice(2);
  const bits = new Uint32Array(100_000).map(() => roll(2 ** 32));
  const texts = Array.from(new Float64Array(bits.buffer)).filter(Number.isFinite).map(String);
  same(texts, read('FP64', texts), Number);
});

/** Whether an FP32 number is the nearest to a decimal, told by comparing with the midpoints to its neighbours. */
function isNearest(text: string, found: number): boolean {
  const bits = new Uint32Array(Float32Array.of(Math.abs(found)).buffer)[0] ?? 0;
  const neighbour = (step: number): number =>
    new Float32Array(Uint32Array.of(bits + step).buffer)[0] ?? Number.NaN;
  const decimal = Math.abs(Number(text));
  const above = (Math.abs(found) + neighbour(1)) / 2;
  const below = bits === 0 ? -1 : (Math.abs(found) + neighbour(-1)) / 2;
  return decimal >= below && decimal <= above;
}

test('100,000 random numbers are, as FP32, the nearest there is', () => {
  const roll = dice(3);
  const texts = Array.from({ length: 100_000 }, () => randomNumber(roll)).filter(
    (text) => Math.abs(Number(text)) < 3.4e38,
  );
  const found = read('FP32', texts);
  texts.forEach((text, i) => {
    if (!isNearest(text, Number(found[i]))) assert.fail(`${text} is not ${found[i]}`);
  });
  same(texts, found, nearestFp32);
});

/** An integer × 2^power in decimal digits, all of them. */
function exactText(integer: bigint, power: number): string {
  if (power >= 0) return String(integer << BigInt(power));
  const digits = String(integer * 5n ** BigInt(-power)).padStart(1 - power, '0');
  return `${digits.slice(0, power)}.${digits.slice(power)}`;
}

test('decimals exactly between two FP32 numbers go to the even one, and by a hair more or less to their side', () => {
  const roll = dice(4);
  for (let i = 0; i < 1500; i++) {
    const mantissa = 2 ** 23 + roll(2 ** 23);
    // Powers from the smallest subnormal numbers (whose mantissas are short) to the largest.
    const power = -149 + roll(253);
    const low = mantissa * 2 ** power;
    const high = (mantissa + 1) * 2 ** power;
    if (high >= 2 ** 128) continue;
    const middle = exactText(2n * BigInt(mantissa) + 1n, power - 1);
    const point = middle.includes('.') ? '' : '.';
    const more = `${middle}${point}${'0'.repeat(roll(200))}1`;
    const less = exactText((2n * BigInt(mantissa) + 1n) * 2n ** 200n - 1n, power - 201);
    const texts = [middle, more, less, `-${more}`, `-${less}`, `${middle}${point}000`];
    const even = mantissa % 2 === 0 ? low : high;
    assert.deepEqual(Array.from(read('FP32', texts)), [even, high, low, -high, -low, even], middle);
  }
});

test('a decimal that rounds to a midpoint as a double is not rounded twice', () => {
  // 1 + 2^-24 is halfway between 1 and 1 + 2^-23; the decimal is more than that, by less than a double can tell.
  assert.equal(Math.fround(Number('1.00000005960464477539062500001')), 1);
  assert.deepEqual(
    Array.from(read('FP32', ['1.00000005960464477539062500001', '1.000000059604644775390624999999999'])),
    [1 + 2 ** -23, 1],
  );
});

test('FP32 overflows from halfway to 2^128 on', () => {
  const halfway = 2n ** 128n - 2n ** 103n;
  const largest = 2 ** 128 - 2 ** 104;
  assert.deepEqual(Array.from(read('FP32', [`${halfway - 1n}`, `-${halfway - 1n}`, '3.4028235e38'])), [
    largest,
    -largest,
    largest,
  ]);
  for (const text of [
    `${halfway}`,
    `-${halfway}`,
    `${halfway}.0`,
    '3.4028236e38',
    '1e39',
    '1e999999999999',
  ]) {
    assert.throws(() => read('FP32', [text]), /which FP32 \(±3.4028235e38\) cannot hold/);
  }
});

test('digits and exponents without end are read in time that grows with them only', () => {
  const zeros = '0'.repeat(1_000_000);
  const texts = [
    `0.${zeros}1e1000001`,
    `1${zeros}e-1000000`,
    `1.${zeros}`,
    `1.${zeros}1`,
    `0.${'0'.repeat(9999)}1e10000`,
    '0e99999999999999999999999999',
    `1e-${'9'.repeat(100_000)}`,
  ];
  assert.deepEqual(Array.from(read('FP32', texts)), [1, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(Array.from(read('FP64', texts)), [1, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(Array.from(read('INT64', texts.slice(0, 3))), [1n, 1n, 1n]);
  for (const text of [`1${zeros}`, `1e${'9'.repeat(100_000)}`, `1.${zeros}1`]) {
    assert.throws(() => read('INT64', [text]), ServingError);
  }
});

test('20,000 integers of 64 bits are exact', () => {
  const roll = dice(5);
  const texts = Array.from({ length: 20_000 }, () => {
    const bits = (BigInt(roll(2 ** 32)) << 32n) | BigInt(roll(2 ** 32));
    return String(BigInt.asIntN(64, bits) >> BigInt(roll(64)));
  });
  same(texts, read('INT64', texts), BigInt);
  const unsigned = texts.map((text) => text.replace('-', ''));
  same(unsigned, read('UINT64', unsigned), BigInt);
});

const small: [datatype: FixedSizeType, least: number, most: number][] = [
  ['UINT8', 0, 2 ** 8 - 1],
  ['INT8', -(2 ** 7), 2 ** 7 - 1],
  ['UINT16', 0, 2 ** 16 - 1],
  ['INT16', -(2 ** 15), 2 ** 15 - 1],
  ['UINT32', 0, 2 ** 32 - 1],
  ['INT32', -(2 ** 31), 2 ** 31 - 1],
];

for (const [datatype, least, most] of small) {
  test(`${datatype} holds ${least} to ${most} and not one more`, () => {
    const roll = dice(6);
    const texts = Array.from({ length: 10_000 }, () => String(least + roll(most - least + 1)));
    same(texts, read(datatype, texts), Number);
    for (const text of [String(least - 1), String(most + 1), `${most}.5`, `${most}9e-1`]) {
      assert.throws(
        () => read(datatype, [text]),
        new RegExp(`which ${datatype} \\(${least}\\.\\.${most}\\) cannot hold`),
      );
    }
  });
}

/** A small request with everything in it. */
const SAMPLE =
  '{"id":"a\\u00e9","parameters":{"p":-1.5e3,"q":true},"inputs":[{"name":"x","shape":[2,2],"datatype":"FP32",' +
  '"data":[[1,-2.5],[3e1,0.1]]},{"data":["a\\n","é\\ud83d\\ude00"],"name":"y","shape":[2],"datatype":"BYTES"},' +
  '{"name":"z","shape":[3],"datatype":"INT64","data":[1, -9223372036854775808 ,3]},' +
  '{"name":"b","shape":[1],"datatype":"BOOL","data":[true]}],"outputs":[{"name":"o"}],"else":[null,{"a":[]}]}';

test('every beginning of a request is refused, and in words', () => {
  const body = Buffer.from(SAMPLE);
  decodeInferRequest({ json: body, blobs: null }, { name: 'm', version: null });
  for (let length = 0; length < body.length; length++) {
    assert.throws(
      () => decodeInferRequest({ json: body.subarray(0, length), blobs: null }, { name: 'm', version: null }),
      (error) => error instanceof ServingError && error.code === 'INVALID_ARGUMENT',
    );
  }
});

test('5,000 damaged requests are read or refused, and nothing else happens', () => {
  const roll = dice(7);
  const body = Buffer.from(SAMPLE);
  let refused = 0;
  for (let i = 0; i < 5000; i++) {
    const damaged = Buffer.from(body);
    for (let hits = 1 + roll(3); hits > 0; hits--) {
      const at = roll(damaged.length);
      const choices = [roll(256), damaged[roll(damaged.length)] ?? 0, '"[]{},:-.e0\\'.charCodeAt(roll(12))];
      damaged[at] = choices[roll(3)] ?? 0;
    }
    try {
      decodeInferRequest({ json: damaged, blobs: null }, { name: 'm', version: null });
    } catch (error) {
      assert.ok(error instanceof ServingError, `${error} for ${damaged}`);
      refused++;
    }
  }
  assert.ok(refused > 2500 && refused < 5000, `${refused} of 5000 were refused`);
});

/** Any JSON value, as text with white space here and there. */
function randomDocument(roll: (bound: number) => number, depth: number): string {
  const space = [' ', '\n', '\t', '\r\n', '', '', '', ''][roll(8)] ?? '';
  const members = (make: () => string): string => Array.from({ length: roll(4) }, make).join(`${space},`);
  const inner = (): string => randomDocument(roll, depth - 1);
  const string = (): string =>
    JSON.stringify(String.fromCodePoint(roll(0xd800), roll(128), 0x1f600 + roll(50)));
  const kinds = [
    () => randomNumber(roll),
    string,
    () => ['true', 'false', 'null'][roll(3)] ?? '',
    () => `[${members(inner)}${space}]`,
    () => `{${members(() => `${string()}${space}:${inner()}`)}}`,
  ];
  return `${space}${kinds[roll(depth > 0 ? 5 : 3)]?.()}${space}`;
}

test('of 10,000 random documents, half of them damaged, those are passed over that JSON.parse reads', () => {
  const roll = dice(8);
  let wellFormed = 0;
  for (let i = 0; i < 10_000; i++) {
    let text = randomDocument(roll, 4);
    if (roll(2) === 0) {
      const at = roll(text.length);
      text =
        text.slice(0, at) + ['', '"', ',', ']', '}', '0', '.', '-', '\\'][roll(9)] + text.slice(at + roll(2));
    }
    const expected = accepts(() => JSON.parse(text));
    const found = accepts(() => {
      const reader = new JsonReader(Buffer.from(text));
      reader.skip();
      reader.end();
    });
    if (found !== expected) assert.equal(found, expected, text);
    if (expected) wellFormed++;
  }
  assert.ok(wellFormed > 5000 && wellFormed < 9500, `${wellFormed} of 10000 were well-formed`);
});

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

test('a shape that claims more than the text can hold allocates nothing for it', () => {
  const before = process.memoryUsage().arrayBuffers;
  assert.throws(
    () =>
      readTensorData(
        new JsonReader(Buffer.from('[1,2,3]')),
        { place: '', name: 'x', datatype: 'FP64', shape: [1e9] },
        PLAIN_JSON,
      ),
    /has 3 elements but its shape \[1000000000\] needs 1000000000/,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 1e6);
});
