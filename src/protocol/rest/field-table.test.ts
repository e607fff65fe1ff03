import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { decodeInferRequest, INFER_REQUEST_SCHEMA } from './decode-infer.js';
import { INPUT_SCHEMA } from './decode-input.js';
import { REQUESTED_OUTPUT_SCHEMA } from './decode-output.js';
import type { JsonSchema } from './definition.js';
import { fieldTable, may, must } from './field-table.js';

const person = fieldTable('Person', {
  name: must({ type: 'string' }),
  age: may({ type: 'integer' }),
  town: must({ type: 'string' }),
});

test('a table is the schema of an object and the names that its reader looks for', () => {
  assert.deepEqual(person.names, ['name', 'age', 'town']);
  assert.deepEqual(person.schema, {
    title: 'Person',
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer' }, town: { type: 'string' } },
    required: ['name', 'town'],
  });
});

test('what lacks a field that has to be there is refused, the first one first', () => {
  const refused = (read: { name?: string; town?: string | null }, message: string): void =>
    assert.throws(() => person.complete(read, 'people[2]'), { code: 'INVALID_ARGUMENT', message });
  refused({}, "'people[2].name' is missing");
  refused({ name: 'a' }, "'people[2].town' is missing");
  refused({ name: 'a', town: '' }, "'people[2].town' is missing");
  const read = { name: 'a', town: 'b' };
  assert.equal(person.complete(read, ''), read);
});

const INPUT = { name: 'x', shape: [1], datatype: 'UINT8', data: [1] };
const parameters: [whose: string, schema: JsonSchema, request: (own: object) => object][] = [
  ['the request', INFER_REQUEST_SCHEMA, (own) => ({ inputs: [INPUT], parameters: own })],
  ['an input', INPUT_SCHEMA, (own) => ({ inputs: [{ ...INPUT, parameters: own }] })],
  [
    'an output',
    REQUESTED_OUTPUT_SCHEMA,
    (own) => ({ inputs: [INPUT], outputs: [{ name: 'y', parameters: own }] }),
  ],
];

/** A value of another type for each type that a known parameter has. */
const WRONG: Readonly<Record<string, unknown>> = { boolean: 'yes', integer: -1, string: 7 };

for (const [whose, schema, request] of parameters) {
  const { properties } = schema as { properties: { parameters: { properties: Record<string, JsonSchema> } } };
  for (const [name, { type }] of Object.entries(properties.parameters.properties)) {
    if (typeof type !== 'string') continue;
    test(`the parameter ${name} of ${whose} is ${type}, for the schema and for the decoder`, () => {
      const body = Buffer.from(JSON.stringify(request({ [name]: WRONG[type] })));
      assert.throws(() => decodeInferRequest({ json: body, blobs: null }, { name: 'm', version: null }), {
        code: 'INVALID_ARGUMENT',
        message: new RegExp(`${name}' must be `),
      });
    });
  }
}
