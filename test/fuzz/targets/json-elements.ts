import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServingError } from '#core/errors.js';
import { readTensorData } from '#protocol/rest/json-data.js';
import { JsonReader } from '#protocol/rest/json-reader.js';
import { writeTensorData } from '#protocol/rest/json-tensor.js';
import { JsonWriter } from '#protocol/rest/json-writer.js';
import { DATATYPES, type DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { viewOf } from '#tensor/view.js';
import { checkInput, checkProportion } from '../check-tensor.js';
import { type FuzzTarget, textOf, utf8 } from '../target.js';

/** An input is the number of a datatype, as a letter from `a` on (capital: BYTES are base64), and an array. */
export const jsonElements: FuzzTarget = {
  name: 'json-elements',
  about:
    'The elements of a tensor as JSON, of every datatype. The same numbers as `JSON.parse` has; written and read again they are the same bytes',
  seeds: () => [
    ...DATATYPES.map((type) => seedOf(type, type === 'BOOL' ? '[true,[false]]' : '[1,[2,3],0]')),
    seedOf('FP32', '[1.5,-0,1e-45,3.4028235e38,0.1,NaN,-Infinity,16777217,1e400]'),
    seedOf('FP64', '[1.7976931348623157e308,5e-324,9007199254740993,0.1]'),
    seedOf('FP16', '[65504,65519.99,5.960464477539063e-8,0.1]'),
    seedOf('INT64', '[9223372036854775807,-9223372036854775808,1e3,12.0]'),
    seedOf('UINT64', '[18446744073709551615]'),
    seedOf('BYTES', '["","é\\u00e9\\ud83d\\ude00","\\n"]'),
    utf8('Z["","YQ==","AAEC/w=="]'),
  ],
  words: [
    '[',
    ']',
    ',',
    '"',
    '.5',
    'e',
    'e-',
    'e+3',
    '-',
    'true',
    'false',
    'null',
    'NaN',
    'Inf',
    '1e-45',
    '3.4028236e38',
    '\\u0000',
    '==',
  ],
  made: fc
    .tuple(
      fc.constantFrom(...DATATYPES),
      fc.oneof(
        fc.array(fc.double()),
        fc.array(fc.float()),
        fc.array(fc.integer()),
        fc.array(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n })),
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.array(fc.boolean()),
      ),
    )
    .map(([type, values]) =>
      seedOf(
        type,
        `[${values.map((value) => (typeof value === 'string' ? JSON.stringify(value) : value)).join()}]`,
      ),
    ),
  run: (input) => {
    const letter = (input[0] ?? 0) & 31;
    const datatype = DATATYPES[(letter + DATATYPES.length * 3 - 1) % DATATYPES.length] as DataType;
    const base64 = ((input[0] ?? 0) & 32) === 0;
    const text = input.subarray(1);
    const expected = flatten(text);
    const form = { halves: true, base64 };
    const shape = [expected?.length ?? countOf(text)];
    const data = readTensorData(
      new JsonReader(text),
      { place: 'inputs[0]', name: 'x', datatype, shape },
      form,
    );
    const tensor: Tensor = { name: 'x', datatype, shape, data };
    checkInput(tensor);
    // An element takes two bytes of text at least, and eight of the tensor at most.
    checkProportion([tensor], text.length, 4.5);
    if (expected !== null && datatype !== 'BYTES') checkValues(tensor, expected);
    checkAgain(tensor, form);
    return datatype;
  },
};

function seedOf(type: DataType, array: string): Uint8Array {
  return utf8(String.fromCharCode(0x61 + DATATYPES.indexOf(type)) + array);
}

/** The elements as JSON.parse has them; null where the text is no JSON. */
function flatten(text: Uint8Array): readonly unknown[] | null {
  try {
    const value = JSON.parse(textOf(text));
    return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : null;
  } catch {
    return null;
  }
}

/** About how many elements a text has that JSON.parse does not know. */
function countOf(text: Uint8Array): number {
  return /^[\s[]*\]/.test(textOf(text)) ? 0 : textOf(text).split(',').length;
}

function checkValues({ datatype, data }: Tensor, expected: readonly unknown[]): void {
  if (datatype === 'BYTES' || datatype === 'FP16' || datatype === 'BF16') return;
  const found = viewOf(data, datatype);
  expected.forEach((value, i) => {
    const element = found[i];
    if (typeof value === 'boolean') assert.equal(element, Number(value));
    else if (datatype === 'FP64') assert.ok(Object.is(element, value), `${element} for ${value}`);
    // To the nearest double, and from there to the nearest float, may lead one step beside the nearest float.
    else if (datatype === 'FP32')
      assert.ok(isNear(Number(element), Math.fround(Number(value))), `${element} for ${value}`);
    // An integer has no zero with a sign.
    else if (Number.isSafeInteger(value)) assert.equal(Number(element), Number(value) + 0);
  });
}

function isNear(found: number, rounded: number): boolean {
  if (Object.is(found, rounded)) return true;
  const [a = 0, b = 0] = new Int32Array(Float32Array.of(found, rounded).buffer);
  return Math.abs(a - b) === 1;
}

/** What was read is written, and read once more. */
function checkAgain(tensor: Tensor, json: { readonly halves: boolean; readonly base64: boolean }): void {
  const writer = new JsonWriter();
  writeTensorData(writer, tensor, { json, nanTokens: true });
  const written = writer.finish();
  const { name, datatype, shape } = tensor;
  const head = { place: 'inputs[0]', name, datatype, shape };
  try {
    const again = readTensorData(new JsonReader(new Uint8Array(written)), head, json);
    assert.deepEqual(again, tensor.data, 'written and read again');
  } catch (thrown) {
    // Refused is what we wrote ourselves.
    if (thrown instanceof ServingError) throw new Error(`what was written is refused: ${thrown.message}`);
    throw thrown;
  }
}
