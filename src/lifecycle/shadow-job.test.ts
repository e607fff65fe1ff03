import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorSpec } from '#inference/metadata.js';
import type { Job } from '#scheduler/task.js';
import { handleOf, portOf } from '../../test/support/handles.js';
import { inputOf, jobOf } from '../../test/support/scheduling.js';
import type { Handle } from './handle.js';
import { shadowJobOf } from './shadow-job.js';

const spec = (name: string, parts: Partial<TensorSpec> = {}): TensorSpec => ({
  name,
  datatype: 'UINT8',
  shape: [-1, 2],
  ...parts,
});

const original = {
  inputs: [portOf(spec('a'), 'in0'), portOf(spec('b'), 'in1')],
  outputs: [portOf(spec('y'), 'out0'), portOf(spec('z'), 'out1')],
};

/** Both inputs of the original, in its engine's names. */
const job = (parts: Partial<Job> = {}): Job =>
  jobOf(0, {
    inputs: [inputOf([3, 2], [1, 2, 3, 4, 5, 6], 'in0'), inputOf([3, 2], [7], 'in1')],
    outputs: ['out0', 'out1'],
    rows: 3,
    schedule: { priority: 1, timeoutUs: 7 },
    ...parts,
  });

const shadow = (inputs: readonly TensorSpec[], outputs: readonly TensorSpec[], rows = 8): Handle =>
  handleOf({
    signature: {
      inputs: inputs.map((each) => portOf(each, `shadow:${each.name}`)),
      outputs: outputs.map((each) => portOf(each, `shadow:${each.name}`)),
    },
    maxRequestRows: rows,
  });

test('what the two have in common are the names of their clients, in whatever order', () => {
  const made = shadowJobOf(job(), original, shadow([spec('b'), spec('a')], [spec('z'), spec('y')]));
  assert.deepEqual(
    made.job.inputs.map(({ name, data }) => [name, data[0]]),
    [
      ['shadow:b', 7],
      ['shadow:a', 1],
    ],
  );
  assert.deepEqual(made.job.outputs, ['shadow:y', 'shadow:z']);
  assert.deepEqual(made.outputs, [
    { name: 'y', at: 0 },
    { name: 'z', at: 1 },
  ]);
  assert.deepEqual([made.job.rows, made.job.schedule], [3, { priority: 0, timeoutUs: 0 }]);
});

test('only the outputs that were asked for, and of those the ones that it has', () => {
  const has = shadow([spec('a'), spec('b')], [spec('z'), spec('more')]);
  assert.deepEqual(shadowJobOf(job(), original, has).outputs, [
    { name: 'y', at: null },
    { name: 'z', at: 0 },
  ]);
  assert.deepEqual(shadowJobOf(job({ outputs: ['out1'] }), original, has).job.outputs, ['shadow:z']);
});

test('the bytes are its own', () => {
  const given = job();
  const made = shadowJobOf(given, original, shadow([spec('a'), spec('b')], [spec('y')]));
  given.inputs[0]?.data.fill(9);
  assert.deepEqual([...(made.job.inputs[0]?.data ?? [])], [1, 2, 3, 4, 5, 6]);
});

test('where there are priorities it has the lowest', () => {
  const plain = shadow([spec('a'), spec('b')], [spec('y')]);
  const policy = {
    timeoutAction: 'reject',
    defaultTimeoutMs: null,
    allowTimeoutOverride: true,
    maxSize: null,
  };
  const batches = { preferredRows: [], maxDelayMs: null, preserveOrdering: false, priorityLevels: 5 };
  const scheduling = {
    kind: 'batches',
    batches: { ...batches, defaultPriority: 2, policy, policyOf: {} },
  } as Handle['deployment']['scheduling'];
  const handle = { ...plain, deployment: { ...plain.deployment, scheduling } };
  assert.equal(shadowJobOf(job(), original, handle).job.schedule.priority, 5);
});

const misfits: [inputs: readonly TensorSpec[], rows: number, error: string][] = [
  [[spec('a')], 8, "it has no input 'b'"],
  [[spec('a'), spec('b'), spec('c')], 8, "it needs the input 'c', which the request does not have"],
  [[spec('a'), spec('b', { datatype: 'INT8' })], 8, "its input 'b' is INT8, and that of the request UINT8"],
  [
    [spec('a', { shape: [-1, 4] }), spec('b')],
    8,
    "its input 'a' has the shape [-1,4], and that of the request [3,2]",
  ],
  [[spec('a'), spec('b')], 2, "inference request batch-size must be <= 2 for 'm', but is 3"],
];
for (const [inputs, rows, message] of misfits) {
  test(`a request that it does not take: ${message}`, () => {
    assert.throws(() => shadowJobOf(job(), original, shadow(inputs, [spec('y')], rows)), { message });
  });
}
