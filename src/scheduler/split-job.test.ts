import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SCHEDULE } from '#inference/request.js';
import type { Timings } from '#inference/timings.js';
import type { Tensor } from '#tensor/tensor.js';
import { numbers, texts } from '../../test/support/row-tensors.js';
import { type BatchLayout, PLAIN_LAYOUT } from './batch-layout.js';
import { joinResults, splitJob } from './split-job.js';
import type { Job, TaskResult } from './task.js';

const LAYOUT: BatchLayout = { ...PLAIN_LAYOUT, axisOf: { x: 1 } };

/** x: [2, rows], its columns 10, 11, … and 20, 21, …; t: [rows]. */
function jobOf(rows: number): Job {
  const columns = Array.from({ length: rows }, (_, i) => i);
  const x = [...columns.map((i) => 10 + i), ...columns.map((i) => 20 + i)];
  return {
    inputs: [
      numbers('x', [2, rows], x),
      texts(
        't',
        [rows],
        columns.map((i) => 'a'.repeat(i)),
      ),
    ],
    outputs: ['y'],
    rows,
    schedule: { ...NO_SCHEDULE, priority: 3 },
    sequence: null,
  };
}

const cuts: [rows: number, mostRows: number, parts: number[]][] = [
  [0, 4, [0]],
  [4, 4, [4]],
  [5, 4, [4, 1]],
  [8, 4, [4, 4]],
  [3, 1, [1, 1, 1]],
];

for (const [rows, mostRows, expected] of cuts) {
  test(`a job of ${rows} rows, ${mostRows} at a time, is ${expected}; its parts joined are the job`, () => {
    const job = jobOf(rows);
    const parts = splitJob(job, mostRows, LAYOUT);
    assert.deepEqual(
      parts.map((part) => part.rows),
      expected,
    );
    for (const part of parts) {
      assert.deepEqual(
        part.inputs.map(({ shape }) => shape),
        [[2, part.rows], [part.rows]],
      );
      assert.deepEqual({ ...part, inputs: [], rows: 0 }, { ...job, inputs: [], rows: 0 });
    }
    const answers = parts.map((part) => ({ outputs: part.inputs, timings: timings(1, 1, part.rows) }));
    assert.deepEqual(joinResults(answers, LAYOUT).outputs, job.inputs);
  });
}

test('the parts of a job can be given away one by one', () => {
  const job = jobOf(3);
  const parts = splitJob(job, 2, LAYOUT);
  const buffers = [job, ...parts].flatMap(({ inputs }) => inputs.map(({ data }) => data.buffer));
  assert.equal(new Set(buffers).size, 6);
});

function timings(queuedNs: number, runNs: number, batchRows: number): Timings {
  return { queuedNs, inputNs: 10, runNs, outputNs: 100, batchRows };
}

test('the times of the runs are added up, and the first of them ends the wait', () => {
  const outputs = [numbers('y', [1], [1])];
  const parts = [timings(5, 1, 8), timings(3, 2, 4), timings(9, 4, 2)].map((each) => ({
    outputs,
    timings: each,
  }));
  assert.deepEqual(joinResults(parts, PLAIN_LAYOUT), {
    outputs: [numbers('y', [3], [1, 1, 1])],
    timings: { queuedNs: 3, inputNs: 30, runNs: 7, outputNs: 300, batchRows: 8 },
  });
});

test('an answer is a kept one where all of its parts are', () => {
  const part: TaskResult = { outputs: [], timings: timings(0, 0, 1) };
  assert.equal(joinResults([{ ...part, isCached: true }, part], PLAIN_LAYOUT).isCached, undefined);
  const kept: TaskResult = { ...part, isCached: true };
  assert.equal(joinResults([kept, kept], PLAIN_LAYOUT).isCached, true);
});

const misfits: [what: string, other: Tensor, message: RegExp][] = [
  ['another shape', numbers('y', [1, 3], [1, 2, 3]), /do not fit together: tensors "y" cannot be joined/],
  ['another name', numbers('z', [1, 2], [1, 2]), /do not fit together: output 'y' is missing from one/],
];

for (const [what, other, message] of misfits) {
  test(`answers to parts do not fit together: ${what}`, () => {
    const parts = [numbers('y', [1, 2], [1, 2]), other].map((output) => ({
      outputs: [output],
      timings: timings(0, 0, 1),
    }));
    assert.throws(() => joinResults(parts, PLAIN_LAYOUT), { code: 'INTERNAL', message });
  });
}
