import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { type ModelRef, NO_SCHEDULE } from '#inference/request.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { claimOf, stepOf } from '../../test/support/ensembles.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { ensembleOffer } from '../../test/support/server.js';
import type { Handle } from './handle.js';
import { openEnsemble } from './open-ensemble.js';

/** One submission to a model of the stage, to be answered by the test. */
interface Submission {
  readonly model: string;
  readonly job: Job;
  readonly answer: Deferred<TaskResult>;
}

/** Models that a test plays: what is submitted waits until the test answers it. */
class Stage {
  readonly submissions: Submission[] = [];
  readonly missing = new Set<string>();
  /** What the models take and make; changed to bring other versions on. */
  shape: readonly number[] = [-1, 2];
  version = '1';
  lent = 0;

  acquire({ name }: ModelRef): Handle {
    if (this.missing.has(name)) throw new ServingError('UNAVAILABLE', `model '${name}' is away`);
    this.lent++;
    const spec = (port: string): TensorSpec => ({ name: port, datatype: 'UINT8', shape: this.shape });
    const inputs = name === 'join' ? [spec('l'), spec('r')] : [spec('x')];
    const outputs = [spec('y')];
    const port = (each: TensorSpec): Handle['signature']['inputs'][number] => ({
      spec: each,
      engineName: `engine:${each.name}`,
    });
    const metadata = this.#metadata(name, inputs, outputs);
    return {
      metadata,
      signature: { inputs: inputs.map(port), outputs: outputs.map(port) },
      deployment: {
        fileName: '',
        platform: '',
        places: [],
        scheduling: { kind: 'none' },
        warmup: [],
        isCached: false,
      },
      strict: false,
      maxRequestRows: metadata.maxBatchSize,
      submit: (job) => {
        const answer = deferred<TaskResult>();
        this.submissions.push({ model: name, job, answer });
        return answer.promise;
      },
      release: () => void this.lent--,
    };
  }

  readonly #known = new Map<string, Handle['metadata']>();

  /** One object as long as a version is loaded. */
  #metadata(name: string, inputs: readonly TensorSpec[], outputs: readonly TensorSpec[]): Handle['metadata'] {
    const key = `${name}/${this.version}`;
    const { version } = this;
    const made = { name, version, platform: 'p', dialect: 'v2', maxBatchSize: 8, properties: {} } as const;
    const found = this.#known.get(key) ?? { ...made, inputs, outputs };
    this.#known.set(key, found);
    return found;
  }

  /** Answers what was submitted to a model with its first input, each element one more. */
  answer(model: string, queuedNs = 1): void {
    const { job, answer } = this.#of(model);
    const given = job.inputs[0] as Tensor;
    const outputs = job.outputs.map((name) => ({ ...given, name, data: given.data.map((byte) => byte + 1) }));
    answer.resolve({ outputs, timings: { queuedNs, inputNs: 10, runNs: 100, outputNs: 1000, batchRows: 8 } });
  }

  fail(model: string, error: unknown): void {
    this.#of(model).answer.reject(error);
  }

  #of(model: string): Submission {
    const at = this.submissions.findIndex((each) => each.model === model);
    const [found] = this.submissions.splice(at, 1);
    assert.ok(found && at >= 0, `nothing was submitted to ${model}`);
    return found;
  }

  /** The models that something waits for, once everything has gone as far as it can. */
  async waiting(): Promise<readonly string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.submissions.map(({ model }) => model).sort();
  }
}

/** in -> first -> t -> left, right -> join -> out; t is an output too. */
const STEPS = [
  stepOf('first', { x: 'in' }, { y: 't' }),
  stepOf('left', { x: 't' }, { y: 'u' }),
  stepOf('right', { x: 't' }, { y: 'v' }),
  stepOf('join', { l: 'u', r: 'v' }, { y: 'out' }),
];
const OFFER = ensembleOffer('e', STEPS, {
  inputs: [claimOf('in', 'UINT8', [-1, 2])],
  outputs: [claimOf('out', 'UINT8', [-1, 2]), claimOf('t', 'UINT8', [-1, 2])],
});

function jobOf(...outputs: readonly string[]): Job {
  const input: Tensor = { name: 'in', datatype: 'UINT8', shape: [1, 2], data: Uint8Array.of(1, 2) };
  return { inputs: [input], outputs, rows: 1, schedule: NO_SCHEDULE, sequence: null };
}

function callOf(parts: Partial<Call> = {}): Call {
  return { signal: new AbortController().signal, deadline: null, receivedAt: 0, ...parts };
}

async function stageOf() {
  const stage = new Stage();
  const clock = new FakeClock();
  const ensemble = await openEnsemble(OFFER, STEPS, stage, clock);
  assert.equal(stage.lent, 0, 'nothing is kept after the opening');
  return { stage, clock, ensemble };
}

test('steps run side by side as soon as their inputs are there, in the names of their engines', async () => {
  const { stage, ensemble } = await stageOf();
  const result = ensemble.submit(jobOf('out', 't'), callOf());
  assert.deepEqual(await stage.waiting(), ['first']);
  const [{ job } = { job: null }] = stage.submissions;
  assert.deepEqual([job?.inputs[0]?.name, job?.outputs, job?.rows], ['engine:x', ['engine:y'], 1]);
  stage.answer('first');
  assert.deepEqual(await stage.waiting(), ['left', 'right']);
  stage.answer('right', 3);
  assert.deepEqual(await stage.waiting(), ['left']);
  stage.answer('left', 5);
  assert.deepEqual(await stage.waiting(), ['join']);
  assert.equal(stage.lent, 4, 'every model is kept until the end');
  stage.answer('join');
  const { outputs, timings } = await result;
  assert.deepEqual(
    outputs.map(({ name, data }) => [name, [...data]]),
    [
      ['out', [4, 5]],
      ['t', [2, 3]],
    ],
  );
  assert.deepEqual(timings, { queuedNs: 10, inputNs: 40, runNs: 400, outputNs: 4000, batchRows: 1 });
  await stage.waiting();
  assert.equal(stage.lent, 0);
});

test('a failed step ends the request at once; what runs is let finish, and nothing more is begun', async () => {
  const { stage, ensemble } = await stageOf();
  const result = ensemble.submit(jobOf('out'), callOf());
  await stage.waiting();
  stage.answer('first');
  await stage.waiting();
  stage.fail('left', new ServingError('OVERLOADED', 'it is full', { retryAfterSeconds: 7 }));
  const told = "ensemble 'e', step[1] (model 'left'): it is full";
  await assert.rejects(result, { code: 'OVERLOADED', message: told, retryAfterSeconds: 7 });
  assert.equal(stage.lent, 4, 'a step still runs');
  let isClosed = false;
  const closing = ensemble.close().then(() => {
    isClosed = true;
  });
  await stage.waiting();
  assert.ok(!isClosed, 'it waits for the step that runs');
  stage.fail('right', new ServingError('INTERNAL', 'nobody hears of this'));
  await closing;
  assert.equal(stage.lent, 0);
  assert.deepEqual(stage.submissions, []);
  const { success, fail, executionCount } = ensemble.counts;
  assert.deepEqual([success.count, fail.count, executionCount], [0, 1, 0]);
});

test('a branch that has not begun when another one failed is not begun', async () => {
  const stage = new Stage();
  const steps = [
    stepOf('a', { x: 'in' }, { y: 't' }),
    stepOf('b', { x: 't' }, { y: 'u' }),
    stepOf('c', { x: 'in' }, { y: 'v' }),
    stepOf('join', { l: 'u', r: 'v' }, { y: 'out' }),
  ];
  const ensemble = await openEnsemble(
    { ...OFFER, outputs: [claimOf('out', 'UINT8', [-1, 2])] },
    steps,
    stage,
    new FakeClock(),
  );
  const result = ensemble.submit(jobOf('out'), callOf());
  await stage.waiting();
  stage.fail('c', new Error('broken'));
  await assert.rejects(result, { code: 'INTERNAL', message: "ensemble 'e', step[2] (model 'c'): broken" });
  stage.answer('a');
  assert.deepEqual(await stage.waiting(), []);
  assert.equal(stage.lent, 0);
});

test('a deadline holds for every step', async () => {
  const { stage, clock, ensemble } = await stageOf();
  const result = ensemble.submit(jobOf('out'), callOf({ deadline: 50 }));
  await stage.waiting();
  clock.advance(50);
  stage.answer('first');
  const message =
    /^ensemble 'e', step\[1\] \(model 'left'\): the request's deadline passed before it was run$/;
  await assert.rejects(result, { code: 'DEADLINE_EXCEEDED', message });
  assert.deepEqual(await stage.waiting(), []);
  assert.equal(stage.lent, 0);
});

test('a caller that left is not worked for any more', async () => {
  const { stage, ensemble } = await stageOf();
  const caller = new AbortController();
  const result = ensemble.submit(jobOf('out'), callOf({ signal: caller.signal }));
  await stage.waiting();
  caller.abort();
  stage.answer('first');
  await assert.rejects(result, { code: 'CANCELLED' });
  assert.deepEqual(await stage.waiting(), []);
  assert.equal(stage.lent, 0);
});

test('a model that is away ends a request before anything is run, and none is kept', async () => {
  const { stage, ensemble } = await stageOf();
  stage.missing.add('right');
  const message = "ensemble 'e', step[2] (model 'right'): model 'right' is away";
  await assert.rejects(ensemble.submit(jobOf('out'), callOf()), { code: 'UNAVAILABLE', message });
  assert.deepEqual(await stage.waiting(), []);
  assert.equal(stage.lent, 0);
  await assert.rejects(openEnsemble(OFFER, STEPS, stage, new FakeClock()), { code: 'UNAVAILABLE', message });
  assert.equal(stage.lent, 0);
});

test('other versions of the models are checked anew, and the ensemble serves again when they fit', async () => {
  const { stage, ensemble } = await stageOf();
  stage.version = '2';
  stage.shape = [-1, 3];
  await assert.rejects(ensemble.submit(jobOf('t'), callOf()), {
    code: 'UNAVAILABLE',
    message:
      "the models do not fit together any more: ensemble 'e', step[0] (model 'first'): input 'x' has the shape [-1,3], but tensor 'in' has [-1,2] as the ensemble takes it",
  });
  assert.equal(stage.lent, 0);
  stage.version = '3';
  stage.shape = [-1, -1];
  const result = ensemble.submit(jobOf('t'), callOf());
  await stage.waiting();
  stage.answer('first');
  assert.deepEqual([...((await result).outputs[0]?.data ?? [])], [2, 3]);
});

test('a shape that is known only when it is made is checked before the next step', async () => {
  const { stage, ensemble } = await stageOf();
  const result = ensemble.submit(jobOf('out'), callOf());
  await stage.waiting();
  const [{ job, answer } = assert.fail('nothing was submitted')] = stage.submissions;
  const made = { ...(job.inputs[0] as Tensor), shape: [9, 2], data: new Uint8Array(18) };
  answer.resolve({
    outputs: [made],
    timings: { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 },
  });
  await assert.rejects(result, {
    code: 'INVALID_ARGUMENT',
    message:
      "ensemble 'e', step[1] (model 'left'): inference request batch-size must be <= 8 for 'left', but is 9",
  });
});
