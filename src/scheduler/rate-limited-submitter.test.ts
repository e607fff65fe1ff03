import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import type { ServingError } from '#core/errors.js';
import { NO_SCHEDULE } from '#inference/request.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { RateLimitedSubmitter } from './rate-limited-submitter.js';
import type { Job, TaskResult } from './task.js';

const job: Job = { inputs: [], outputs: [], rows: 1, schedule: NO_SCHEDULE, sequence: null };
const call: Call = { signal: new AbortController().signal, deadline: null, receivedAt: 0 };
const timings = { queuedNs: 0, inputNs: 0, runNs: 0, outputNs: 0, batchRows: 1 };

test('what is too much never comes to the model, and hears which limit it was and when to come again', async () => {
  const clock = new FakeClock();
  let runs = 0;
  const submit = async (): Promise<TaskResult> => {
    runs++;
    return { outputs: [], timings };
  };
  const limited = new RateLimitedSubmitter({ submit }, { requestsPerSecond: 0.4, burst: 2 }, clock);
  await limited.submit(job, call);
  await limited.submit(job, call);
  const refused = await limited.submit(job, call).catch((error: ServingError) => error);
  assert.ok(refused instanceof Error);
  assert.deepEqual(
    [refused.code, refused.retryAfterSeconds, refused.message],
    ['OVERLOADED', 3, 'the rate limit of 0.4 requests per second (2 at once) is reached; try again later'],
  );
  clock.advance(2500);
  await limited.submit(job, call);
  assert.equal(runs, 3);
});
