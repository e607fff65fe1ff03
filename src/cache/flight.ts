import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import type { ServingError } from '#core/errors.js';
import { cancelled, expired } from '#scheduler/given-up.js';
import type { Tensor } from '#tensor/tensor.js';
import { copyTensors } from './copy-tensors.js';

/** What came of a job that others wait for. */
export type Outcome = { readonly outputs: readonly Tensor[] } | { readonly error: ServingError };

/** An answer of one's own, or `left` where whoever had the job run has gone and somebody else must. */
export type Joined = readonly Tensor[] | 'left';

/** These are faults of the one who asked, not of the job. */
const LEFT: readonly string[] = ['CANCELLED', 'DEADLINE_EXCEEDED'];

/** One job on its way, and all who want the same answer. */
export class Flight {
  readonly #waiting = new Set<Deferred<Joined>>();

  /** Rejects with CANCELLED or DEADLINE_EXCEEDED as soon as this caller has left, and else as the job did. */
  join(call: Call, clock: Clock): Promise<Joined> {
    if (call.signal.aborted) return Promise.reject(cancelled());
    const answer = deferred<Joined>();
    this.#waiting.add(answer);
    const drop = (error: ServingError): void => {
      this.#waiting.delete(answer);
      answer.reject(error);
    };
    const onAbort = (): void => drop(cancelled());
    call.signal.addEventListener('abort', onAbort, { once: true });
    const timer =
      call.deadline === null
        ? null
        : clock.startTimer(Math.max(0, call.deadline - clock.now()), () => drop(expired()));
    const forget = (): void => {
      call.signal.removeEventListener('abort', onAbort);
      timer?.cancel();
    };
    answer.promise.then(forget, forget);
    return answer.promise;
  }

  /** Answers all who wait; the outputs are copied before this returns. */
  land(outcome: Outcome): void {
    for (const answer of this.#waiting) {
      if ('outputs' in outcome) answer.resolve(copyTensors(outcome.outputs));
      else if (LEFT.includes(outcome.error.code)) answer.resolve('left');
      else answer.reject(outcome.error);
    }
    this.#waiting.clear();
  }
}
