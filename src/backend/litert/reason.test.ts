import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedInOperator, reasonOf } from './reason.js';

/** What LiteRT 2.5.3 prints and throws, as it was seen. */
const rows: [lines: string[], thrown: unknown, reason: string][] = [
  [
    [
      'ERROR: Encountered unresolved custom op: MyOwnOp.',
      'ERROR: Node number 0 (MyOwnOp) failed to prepare.',
      'ERROR: [litert_compiled_model.cc:164] Failed to allocate tensors',
    ],
    undefined,
    'LiteRT for WebAssembly does not have its operator "MyOwnOp"',
  ],
  [
    [
      "ERROR: Didn't find op for builtin opcode 'SUB' version '77'. An older version of this builtin might be supported.",
    ],
    new Error('Failed to compile model'),
    'LiteRT for WebAssembly does not have its operator "SUB" in version 77',
  ],
  [
    [
      'ERROR: third_party/tensorflow/lite/kernels/gather.cc:160 indices_has_only_positive_elements was not true.',
      'ERROR: gather index out of bounds',
      'ERROR: Node number 0 (GATHER) failed to invoke.',
      'ERROR: [litert_compiled_model.cc:164] Failed to invoke',
    ],
    undefined,
    'gather index out of bounds',
  ],
  [
    [
      'ERROR: third_party/tensorflow/lite/kernels/div.cc:223 data[i] != zero_point was not true.',
      'ERROR: Node number 0 (DIV) failed to invoke.',
    ],
    undefined,
    'data[i] != zero_point was not true',
  ],
  [
    ['ERROR: [compiled_model.cc:1714] Failed to set custom allocation for output tensor  (index 1): 1'],
    undefined,
    'the size of an output is only known when it has run, and LiteRT for WebAssembly needs fixed sizes',
  ],
  [[], new Error('Aborted(OOM). Build with -sASSERTIONS for more info.'), 'Aborted(OOM)'],
  [
    ['ERROR: [model_load.cc:290] Variable tensors not yet supported.'],
    new Error('Failed to load model from buffer'),
    'Variable tensors not yet supported',
  ],
  [[], new Error('memory access out of bounds'), 'memory access out of bounds'],
  [
    [],
    new Error(
      'ERROR: [./third_party/odml/litert/cc/a.h:2003]\n└ ERROR: [./third_party/odml/litert/cc/b.h:9] Too small',
    ),
    'Too small',
  ],
  [
    [],
    new Error('ERROR: [./third_party/odml/litert/litert/cc/litert_tensor_buffer.h:101]'),
    'it gave no reason',
  ],
];

for (const [lines, thrown, reason] of rows) {
  test(`the reason is: ${reason}`, () => assert.equal(reasonOf(lines, thrown), reason));
}

test('a run that failed inside an operator is told from one that could not begin', () => {
  assert.equal(failedInOperator(['ERROR: Node number 0 (GATHER) failed to invoke.']), true);
  assert.equal(failedInOperator(['ERROR: Node number 0 (MyOwnOp) failed to prepare.']), false);
});
