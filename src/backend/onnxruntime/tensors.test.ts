import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEngine } from './tensors.js';

for (const datatype of ['FP32', 'BYTES'] as const) {
  const empty = (...shape: readonly number[]) => ({ name: 'x', datatype, shape, data: new Uint8Array(0) });

  test(`${datatype}: an axis beyond what the binding reads is refused before it is asked`, () => {
    assert.throws(() => toEngine(empty(0, 2 ** 32)), {
      code: 'INVALID_ARGUMENT',
      message:
        'input "x": its shape [0,4294967296] has an axis beyond 2^32-1, the most that ONNX Runtime for Node takes',
    });
    assert.deepEqual(toEngine(empty(0, 2 ** 32 - 1)).dims, [0, 2 ** 32 - 1]);
  });
}
