import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import type { Job, Submitter, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { reshaping } from './reshaping.js';
import type { Port } from './signature.js';

const port = (engineName: string, shape: readonly number[], engineShape?: readonly number[]): Port => ({
  engineName,
  spec: { name: `public ${engineName}`, datatype: 'UINT8', shape },
  ...(engineShape && { engineShape }),
});

const tensor = (name: string, shape: readonly number[]): Tensor => ({
  name,
  datatype: 'UINT8',
  shape,
  data: Uint8Array.of(1, 2, 3, 4),
});

/** A model that answers these, and what it was given. */
function model(outputs: readonly Tensor[]): { readonly submitter: Submitter; readonly jobs: Job[] } {
  const jobs: Job[] = [];
  const timings = {} as TaskResult['timings'];
  const submit = async (job: Job): Promise<TaskResult> => {
    jobs.push(job);
    return { outputs, timings };
  };
  return { submitter: { submit }, jobs };
}

const call = {} as Call;
const jobOf = (inputs: readonly Tensor[]): Job => ({
  inputs,
  outputs: ['y', 'z'],
  rows: 2,
  schedule: { priority: 0, timeoutUs: 0 },
  sequence: null,
});

test('inputs go in and outputs come out in their other shapes, with the same bytes', async () => {
  const inner = model([tensor('y', [2, 2]), tensor('z', [4])]);
  const way = reshaping(inner.submitter, {
    inputs: [port('x', [-1, 1, 2], [-1, 2]), port('w', [-1])],
    outputs: [port('y', [-1, 2, 1], [-1, 2]), port('z', [-1])],
  });
  const given = [tensor('x', [2, 1, 2]), tensor('w', [4])];
  const { outputs } = await way.submit(jobOf(given), call);
  assert.deepEqual(inner.jobs, [jobOf([tensor('x', [2, 2]), tensor('w', [4])])]);
  assert.equal(inner.jobs[0]?.inputs[0]?.data, given[0]?.data);
  assert.deepEqual(outputs, [tensor('y', [2, 2, 1]), tensor('z', [4])]);
});

test('an output that the configuration does not allow is told of', async () => {
  const way = reshaping(model([tensor('y', [4])]).submitter, {
    inputs: [],
    outputs: [port('y', [-1, 2, 1], [-1, 2])],
  });
  await assert.rejects(way.submit(jobOf([]), call), {
    code: 'INTERNAL',
    message: "the model made output 'public y' in the shape [4], and the configuration reshapes [-1,2]",
  });
});

test('where nothing is reshaped there is no further step', () => {
  const { submitter } = model([]);
  assert.equal(reshaping(submitter, { inputs: [port('x', [1])], outputs: [port('y', [1])] }), submitter);
});
