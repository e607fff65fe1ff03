import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Form, fieldValue } from './field-value.js';
import type { ValueType } from './message-type.js';

const types = {
  text: { kind: 'text' },
  bool: { kind: 'bool' },
  float: { kind: 'float' },
  int32: { kind: 'integer', min: -(2n ** 31n), max: 2n ** 31n - 1n },
  uint64: { kind: 'integer', min: 0n, max: 2n ** 64n - 1n },
  enum: {
    kind: 'enum',
    numbers: new Map([
      ['REJECT', 0],
      ['DELAY', 1],
    ]),
  },
} as const satisfies Record<string, ValueType>;

/** Undefined: it is refused. */
const rows: [type: keyof typeof types, form: Form, written: string, text: string | undefined][] = [
  ['text', 'string', '5', '5'],
  ['text', 'any', '5', '5'],
  ['text', 'number', '5', undefined],
  ['text', 'word', 'x', undefined],
  ['bool', 'word', 'true', 'true'],
  ['bool', 'word', 'True', 'true'],
  ['bool', 'word', 't', 'true'],
  ['bool', 'number', '1', 'true'],
  ['bool', 'number', '0x1', 'true'],
  ['bool', 'word', 'false', 'false'],
  ['bool', 'word', 'False', 'false'],
  ['bool', 'word', 'f', 'false'],
  ['bool', 'number', '00', 'false'],
  ['bool', 'any', 'true', 'true'],
  ['bool', 'number', '2', undefined],
  ['bool', 'number', '-1', undefined],
  ['bool', 'word', 'TRUE', undefined],
  ['bool', 'word', 'yes', undefined],
  ['bool', 'string', 'true', undefined],
  ['int32', 'number', '0', '0'],
  ['int32', 'number', '-0', '0'],
  ['int32', 'number', '12', '12'],
  ['int32', 'number', '-2147483648', '-2147483648'],
  ['int32', 'number', '2147483647', '2147483647'],
  ['int32', 'number', '0x7fffFFFF', '2147483647'],
  ['int32', 'number', '-0x10', '-16'],
  ['int32', 'number', '017', '15'],
  ['int32', 'any', '12', '12'],
  ['int32', 'number', '2147483648', undefined],
  ['int32', 'number', '-2147483649', undefined],
  ['int32', 'number', '08', undefined],
  ['int32', 'number', '1.0', undefined],
  ['int32', 'number', '1e3', undefined],
  ['int32', 'number', '1f', undefined],
  ['int32', 'word', 'inf', undefined],
  ['int32', 'string', '1', undefined],
  ['int32', 'any', '', undefined],
  ['uint64', 'number', '18446744073709551615', '18446744073709551615'],
  ['uint64', 'number', '0xffffffffffffffff', '18446744073709551615'],
  ['uint64', 'number', '18446744073709551616', undefined],
  ['uint64', 'number', '-1', undefined],
  ['uint64', 'number', '9'.repeat(100_000), undefined],
  ['float', 'number', '1', '1'],
  ['float', 'number', '-1.5', '-1.5'],
  ['float', 'number', '1.', '1.'],
  ['float', 'number', '.5', '.5'],
  ['float', 'number', '1e3', '1e3'],
  ['float', 'number', '1.5E-3f', '1.5E-3'],
  ['float', 'number', '2F', '2'],
  ['float', 'word', 'inf', 'inf'],
  ['float', 'word', '-Infinity', '-inf'],
  ['float', 'word', '-nan', 'nan'],
  ['float', 'number', '0x10', undefined],
  ['float', 'number', '010', undefined],
  ['float', 'word', 'one', undefined],
  ['float', 'string', '1', undefined],
  ['enum', 'word', 'DELAY', 'DELAY'],
  ['enum', 'number', '1', 'DELAY'],
  ['enum', 'number', '0x0', 'REJECT'],
  ['enum', 'any', 'delay', 'DELAY'],
  ['enum', 'word', 'delay', undefined],
  ['enum', 'number', '2', undefined],
  ['enum', 'string', 'DELAY', undefined],
];

for (const [type, form, written, text] of rows) {
  test(`${type}: ${form} ${written.slice(0, 30)} is ${text ?? 'refused'}`, () => {
    const value = fieldValue(types[type], form, written);
    assert.equal('text' in value ? value.text : undefined, text);
  });
}

const faults: [type: keyof typeof types, form: Form, written: string, fault: string][] = [
  ['text', 'number', '5', 'expected a text in quotation marks, found 5'],
  ['bool', 'word', 'yes', 'expected true or false, found "yes"'],
  ['int32', 'number', '0x', 'expected an integer from -2147483648 to 2147483647, found "0x"'],
  ['float', 'string', '1', 'expected a number, found the text "1"'],
  ['enum', 'string', 'DELAY', 'expected one of REJECT, DELAY, found the text "DELAY"'],
  ['enum', 'word', 'DELY', 'expected one of REJECT, DELAY, found "DELY"; did you mean "DELAY"?'],
];

for (const [type, form, written, expected] of faults) {
  test(`${type}: ${form} ${written} is ${expected}`, () => {
    assert.deepEqual(fieldValue(types[type], form, written), { fault: expected });
  });
}
