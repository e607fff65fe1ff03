import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReserved } from './reserved-parameters.js';

const refused: [form: 'rest' | 'grpc', name: string][] = [
  ['rest', 'triton_x'],
  ['rest', 'triton_'],
  ['rest', 'triton_enable_empty_final_response'],
  ['grpc', 'triton_x'],
];

for (const [form, name] of refused) {
  test(`${form} refuses the parameter ${name}`, () => {
    assert.throws(() => checkReserved({ good: 1, [name]: true }, form), {
      code: 'INVALID_ARGUMENT',
      message: `parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified: '${name}'`,
    });
  });
}

const taken: [form: 'rest' | 'grpc', name: string][] = [
  ['rest', 'triton'],
  ['rest', 'Triton_x'],
  ['rest', 'my_triton_x'],
  ['grpc', 'triton_enable_empty_final_response'],
];

for (const [form, name] of taken) {
  test(`${form} takes the parameter ${name}`, () => {
    checkReserved({ [name]: 1 }, form);
  });
}
