import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import {
  described,
  flag,
  index,
  list,
  map,
  object,
  optional,
  parameters,
  readBody,
  required,
  scalar,
  text,
  texts,
} from './definition.js';

const person = object({
  name: required(described(text, 'What they are called.')),
  age: optional(index),
  isTall: optional(flag),
  friends: optional(list(text)),
  parameters: optional(parameters),
});

test('the schema says what is read', () => {
  assert.deepEqual(person.schema, {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'What they are called.' },
      age: { type: ['integer', 'null'], minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      isTall: { type: ['boolean', 'null'] },
      friends: { type: ['array', 'null'], items: { type: 'string' } },
      parameters: {
        type: ['object', 'null'],
        additionalProperties: { type: ['string', 'number', 'boolean'] },
      },
    },
    required: ['name'],
  });
});

test('fields that are left out or null are null, strangers are passed over', () => {
  const body = Buffer.from(
    '{"name":"a","age":null,"stranger":[1,{}],"friends":["b","c"],"parameters":{"x":1}}',
  );
  assert.deepEqual(readBody(person, body), {
    name: 'a',
    age: null,
    isTall: null,
    friends: ['b', 'c'],
    parameters: { x: 1 },
  });
});

test('an empty body is an empty object', () => {
  assert.deepEqual(readBody(object({ ready: optional(flag) }), new Uint8Array(0)), { ready: null });
});

const refused: [body: string, message: string][] = [
  ['', "'name' is missing"],
  ['{"name":1}', "'name' must be a string, but is 1"],
  ['{"name":null}', "'name' must be a string, but is null"],
  ['{"name":"a","age":-1}', "'age' must be an integer from 0 to 2^53-1, but is -1"],
  ['{"name":"a","isTall":0}', "'isTall' must be true or false, but is 0"],
  ['{"name":"a","friends":["b",2]}', "'friends[1]' must be a string, but is 2"],
  ['{"name":"a","name":"b"}', "'name' is given twice"],
  ['[]', 'the request must be an object, but is an array'],
  [
    '{"name":"a"} x',
    "failed to parse the request JSON buffer: expected the end of the text but found 'x' at byte 13",
  ],
];

for (const [body, message] of refused) {
  test(`${body === '' ? 'an empty body' : body} is refused`, () => {
    assert.throws(() => readBody(person, Buffer.from(body)), { code: 'INVALID_ARGUMENT', message });
  });
}

test('a map has any names, and a scalar may be null', () => {
  const body = Buffer.from('{"a":"x","b":-1.5,"c":false,"d":null,"e":18446744073709551615}');
  assert.deepEqual(
    [...readBody(map(scalar), body)],
    [
      ['a', 'x'],
      ['b', -1.5],
      ['c', false],
      ['d', null],
      ['e', 18446744073709551615n],
    ],
  );
  assert.deepEqual(map(scalar).schema, { type: 'object', additionalProperties: scalar.schema });
});

test('texts are a list, one alone, or none', () => {
  const body = Buffer.from('{"a":["x","y"],"b":"x","c":12,"d":null,"e":[],"f":true}');
  assert.deepEqual(
    [...readBody(map(texts), body)],
    [
      ['a', ['x', 'y']],
      ['b', ['x']],
      ['c', ['12']],
      ['d', []],
      ['e', []],
      ['f', ['true']],
    ],
  );
});

const refusedMaps: [body: string, message: string][] = [
  ['[]', 'the request must be an object, but is an array'],
  ['{"a":1,"a":2}', "'a' is given twice"],
  ['{"a":{}}', "'a' must be a string, a number or a boolean, but is an object"],
  ['{"a":["x",1]}', "'a[1]' must be a string, but is 1"],
];

for (const [body, message] of refusedMaps) {
  test(`as a map of texts, ${body} is refused`, () => {
    assert.throws(() => readBody(map(texts), Buffer.from(body)), { code: 'INVALID_ARGUMENT', message });
  });
}
