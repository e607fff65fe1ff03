import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicSignature } from './public-signature.js';
import type { Port } from './signature.js';

const port = (engineName: string, name = engineName): Port => ({
  engineName,
  spec: { name, datatype: 'FP32', shape: [-1, 1] },
});

const signature = {
  inputs: [port('START'), port('x', 'sound'), port('h')],
  outputs: [port('y'), port('h_next', '1')],
};

test('a model without sequences shows all it has', () => {
  assert.equal(publicSignature(signature, null), signature);
});

test('controls and states are not shown, whatever clients would call them', () => {
  const shown = publicSignature(signature, {
    maxIdleMs: 1000,
    strategy: { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 },
    controls: [{ name: 'START', kind: 'START', datatype: 'FP32', falseTrue: [0, 1] }],
    states: [{ inputName: 'h', outputName: 'h_next', datatype: 'FP32', dims: [1], initial: null }],
  });
  assert.deepEqual(
    [shown.inputs, shown.outputs].map((ports) => ports.map(({ spec }) => spec.name)),
    [['sound'], ['y']],
  );
});
