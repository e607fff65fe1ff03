import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeByteStrings, encodeTexts } from '#tensor/byte-strings.js';
import type { DataType } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { encodeGenerateResponse } from './encode-generate.js';

const TIMINGS = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };

function encode(id: string | null, outputs: readonly Tensor[], nanTokens = false): string {
  const model = { name: 'm"', version: '1', dialect: 'furiosa' as const };
  return encodeGenerateResponse({ id, model, outputs, timings: TIMINGS }, nanTokens).toString();
}

function output(datatype: DataType, shape: readonly number[], array: NodeJS.TypedArray): Tensor {
  return {
    name: 'y',
    datatype,
    shape,
    data: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  };
}

test('an answer has the same form in both dialects, and no id where none was given', () => {
  assert.equal(encode(null, []), '{"model_name":"m\\"","model_version":"1"}');
  assert.equal(encode('ü', []), '{"id":"ü","model_name":"m\\"","model_version":"1"}');
});

const rows: [tensor: Tensor, text: string, withTokens?: string][] = [
  [output('INT32', [], Int32Array.of(-5)), '-5'],
  [output('INT32', [1], Int32Array.of(-5)), '-5'],
  [output('INT32', [1, 1, 1], Int32Array.of(-5)), '-5'],
  [output('INT32', [2], Int32Array.of(1, 2)), '[1,2]'],
  [output('INT32', [2, 2], Int32Array.of(1, 2, 3, 4)), '[1,2,3,4]'],
  [output('INT32', [0], new Int32Array(0)), '[]'],
  [output('INT32', [0, 1], new Int32Array(0)), '[]'],
  [output('INT64', [1], BigInt64Array.of(2n ** 53n + 1n)), '9007199254740993'],
  [output('UINT64', [2], BigUint64Array.of(2n ** 64n - 1n, 0n)), '[18446744073709551615,0]'],
  [output('BOOL', [1], Uint8Array.of(1)), 'true'],
  [output('FP32', [1], Float32Array.of(0.1)), '0.1'],
  [output('FP32', [1], Float32Array.of(Number.NaN)), 'null', 'NaN'],
  [output('FP64', [2], Float64Array.of(1, -Infinity)), '[1,null]', '[1,-Infinity]'],
  [output('FP16', [1], Uint16Array.of(0x3c00)), '1'],
  [output('BF16', [2], Uint16Array.of(0x3f80, 0xc000)), '[1,-2]'],
  [output('BYTES', [1], encodeTexts(['a\n"ü'])), '"a\\n\\"ü"'],
  [output('BYTES', [2], encodeTexts(['', 'b'])), '["","b"]'],
];

for (const [tensor, text, withTokens = text] of rows) {
  test(`${tensor.datatype} [${tensor.shape}] is ${text}`, () => {
    assert.equal(encode(null, [tensor]), `{"model_name":"m\\"","model_version":"1","y":${text}}`);
    assert.equal(encode(null, [tensor], true), `{"model_name":"m\\"","model_version":"1","y":${withTokens}}`);
  });
}

test('several outputs stand beside one another, in one line', () => {
  const text = encode('7', [
    { ...output('UINT8', [1], Uint8Array.of(1)), name: 'a b' },
    output('BYTES', [1], encodeTexts(['x\n\ny\r'])),
  ]);
  assert.equal(text, '{"id":"7","model_name":"m\\"","model_version":"1","a b":1,"y":"x\\n\\ny\\r"}');
});

test('BYTES that are not text are refused', () => {
  const broken = output('BYTES', [1], encodeByteStrings([Uint8Array.of(0xff)]));
  assert.throws(() => encode(null, [broken]), {
    code: 'INVALID_ARGUMENT',
    message: /^element 0 of output 'y' is not UTF-8 text, so JSON cannot carry it\./,
  });
});
