import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameOf } from './npu.js';
import { simulatedWarboys } from './simulated.js';

test('a software Warboy has the files of a real one, without paths', () => {
  const [card] = simulatedWarboys(1);
  assert.deepEqual(
    card?.files.map((file) => [nameOf(file), file.mode, file.covers, file.path]),
    [
      ['npu:0', 'whole', [0, 1], null],
      ['npu:0:0', 'single', [0], null],
      ['npu:0:1', 'single', [1], null],
      ['npu:0:0-1', 'fusion', [0, 1], null],
    ],
  );
  assert.equal(card?.simulated, true);
});

test('there are as many as asked for, numbered from 0', () => {
  assert.deepEqual(
    simulatedWarboys(3).map(({ index }) => index),
    [0, 1, 2],
  );
  assert.deepEqual(simulatedWarboys(0), []);
});
