import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CopyOrigin, copyKeyOf, thisCpu } from './copy-key.js';

const ORIGIN: CopyOrigin = {
  contents: ['a', 'b'],
  engine: 'onnxruntime 1.30.0',
  cpu: 'avx2',
  options: { intraOpNumThreads: 1, extra: { x: '1', y: '2' } },
};

const rows: [what: string, parts: Partial<CopyOrigin>, isSame: boolean][] = [
  ['the same', {}, true],
  ['other contents', { contents: ['a', 'c'] }, false],
  ['another engine', { engine: 'onnxruntime 1.31.0' }, false],
  ['another CPU', { cpu: 'avx512' }, false],
  ['other threads', { options: { ...ORIGIN.options, intraOpNumThreads: 4, interOpNumThreads: 2 } }, true],
  ['another use of memory', { options: { ...ORIGIN.options, enableCpuMemArena: false } }, true],
  [
    'another level of optimisation',
    { options: { ...ORIGIN.options, graphOptimizationLevel: 'basic' } },
    false,
  ],
  ['another entry of the session', { options: { extra: { x: '1', y: '3' } } }, false],
  ['the same entries in another order', { options: { extra: { y: '2', x: '1' } } }, true],
];

for (const [what, parts, isSame] of rows) {
  test(`${what}: ${isSame ? 'the same copy' : 'another copy'}`, () => {
    assert.equal(copyKeyOf({ ...ORIGIN, ...parts }) === copyKeyOf(ORIGIN), isSame);
  });
}

test('the CPU is the same each time it is asked for, and not nothing', () => {
  assert.equal(thisCpu(), thisCpu());
  assert.ok(thisCpu().length > 10);
});
