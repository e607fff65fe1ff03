import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { RateLimitOptions } from '#core/rate-limit-options.js';
import { type Bucket, fullBucket, takeToken } from '#core/token-bucket.js';
import type { Job, Submitter, TaskResult } from './task.js';

/** Refuses with OVERLOADED what comes faster than the limit, before it could wait. */
export class RateLimitedSubmitter implements Submitter {
  readonly #next: Submitter;
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  #bucket: Bucket;

  constructor(next: Submitter, options: RateLimitOptions, clock: Clock) {
    this.#next = next;
    this.#options = options;
    this.#clock = clock;
    this.#bucket = fullBucket(options, clock.now());
  }

  submit(job: Job, call: Call): Promise<TaskResult> {
    const { bucket, waitMs } = takeToken(this.#bucket, this.#options, this.#clock.now());
    this.#bucket = bucket;
    return waitMs === 0
      ? this.#next.submit(job, call)
      : Promise.reject(tooMany(this.#options, Math.ceil(waitMs / 1000)));
  }
}

function tooMany({ requestsPerSecond, burst }: RateLimitOptions, retryAfterSeconds: number): ServingError {
  const text = `the rate limit of ${requestsPerSecond} requests per second (${burst} at once) is reached; try again later`;
  return new ServingError('OVERLOADED', text, { retryAfterSeconds });
}
