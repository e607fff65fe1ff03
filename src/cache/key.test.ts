import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tensor } from '#tensor/tensor.js';
import { type CachedModel, type CachedQuestion, responseKey } from './key.js';

const MODEL: CachedModel = { name: 'model', version: '1', fingerprint: 'f' };

function input(parts: Partial<Tensor> = {}): Tensor {
  return { name: 'x', datatype: 'UINT8', shape: [4], data: Uint8Array.of(1, 2, 3, 4), ...parts };
}

function keyOf(question: Partial<CachedQuestion> = {}, model: Partial<CachedModel> = {}): string {
  return responseKey({ ...MODEL, ...model }, { inputs: [input()], outputs: ['y'], ...question });
}

const two = (a: Partial<Tensor>, b: Partial<Tensor>): CachedQuestion => ({
  inputs: [input(a), input(b)],
  outputs: ['y'],
});

/** No two of them are the same question; many differ only in where one part ends and the next begins. */
const different: [title: string, key: () => string][] = [
  ['the plain question', () => keyOf()],
  ['another model', () => keyOf({}, { name: 'model2' })],
  ['another version', () => keyOf({}, { version: '2' })],
  ['another file', () => keyOf({}, { fingerprint: 'g' })],
  ['a name that takes over from the version', () => keyOf({}, { name: 'model1', version: '' })],
  ['a version that takes over from the name', () => keyOf({}, { name: 'mode', version: 'l1' })],
  ['a version that takes over from the fingerprint', () => keyOf({}, { version: '1f', fingerprint: '' })],
  ['another name of the input', () => keyOf({ inputs: [input({ name: 'z' })] })],
  ['a datatype of the same size', () => keyOf({ inputs: [input({ datatype: 'INT8' })] })],
  ['a name that takes over from the datatype', () => keyOf({ inputs: [input({ name: 'xUINT8' })] })],
  ['a shape of the same size', () => keyOf({ inputs: [input({ shape: [2, 2] })] })],
  ['a shape with an axis more', () => keyOf({ inputs: [input({ shape: [4, 1] })] })],
  ['one byte changed', () => keyOf({ inputs: [input({ data: Uint8Array.of(1, 2, 3, 5) })] })],
  ['bytes in another order', () => keyOf({ inputs: [input({ data: Uint8Array.of(2, 1, 3, 4) })] })],
  ['no bytes', () => keyOf({ inputs: [input({ shape: [0], data: new Uint8Array(0) })] })],
  ['no axes', () => keyOf({ inputs: [input({ shape: [], data: Uint8Array.of(1) })] })],
  ['no inputs', () => keyOf({ inputs: [] })],
  ['the input twice', () => keyOf(two({}, {}))],
  ['two inputs', () => keyOf(two({ data: Uint8Array.of(1, 2) }, { data: Uint8Array.of(3, 4) }))],
  [
    'two inputs, cut elsewhere',
    () => keyOf(two({ data: Uint8Array.of(1) }, { data: Uint8Array.of(2, 3, 4) })),
  ],
  [
    'two inputs, changed about',
    () => keyOf(two({ data: Uint8Array.of(3, 4) }, { data: Uint8Array.of(1, 2) })),
  ],
  ['another output', () => keyOf({ outputs: ['z'] })],
  ['no outputs', () => keyOf({ outputs: [] })],
  ['two outputs', () => keyOf({ outputs: ['y', 'z'] })],
  ['two outputs, the other first', () => keyOf({ outputs: ['z', 'y'] })],
  ['one output with the names of both', () => keyOf({ outputs: ['yz'] })],
];

test('questions that differ anywhere have different keys', () => {
  const seen = new Map<string, string>();
  for (const [title, key] of different) {
    assert.match(key(), /^[0-9a-f]{64}$/);
    assert.equal(seen.get(key()), undefined, title);
    seen.set(key(), title);
  }
});

test('the same question has the same key, wherever its bytes lie', () => {
  const body = Uint8Array.of(9, 9, 1, 2, 3, 4, 9);
  assert.equal(keyOf({ inputs: [input({ data: body.subarray(2, 6) })] }), keyOf());
});

test('the key of a question is the same in every process', () => {
  assert.equal(keyOf(), '599392f1633af0e490996ae43be37159d3efdbc439960dd3fbc6c00ce596697d');
});
