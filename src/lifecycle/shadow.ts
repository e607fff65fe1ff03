import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { nextTurn } from '#core/turn-end.js';
import type { ShadowStatistics } from '#inference/statistics.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { copyOf, giveBack } from './copy-tensor.js';
import type { Handle } from './handle.js';
import { type Compared, ShadowCounters } from './shadow-counters.js';
import { compareOutputs } from './shadow-difference.js';
import { type ShadowJob, shadowJobOf } from './shadow-job.js';
import { isCopied } from './split.js';

const log = loggerOf('lifecycle::shadow');

/** More copies than that are not on their way at a time, each with its inputs and with two answers. */
const MAX_COPIES = 16;

const MISSING = { isAlike: false, unequalElements: 0, maxAbsolute: 0, maxRelative: 0 };

/** A version as a shadow sees it. */
export interface ShadowedBy {
  /** For the log. */
  readonly label: string;
  /** Lends it; null where it is not ready. */
  borrow(): Handle | null;
}

/** An answer, and how long it took. */
interface Answered {
  readonly outputs: readonly Tensor[];
  readonly ns: number;
}

/** A copy that is on its way. */
interface Copy extends ShadowJob {
  readonly handle: Handle;
}

/**
 * One loaded version that gets copies of what others are asked, and answers nobody. What becomes of the copies neither fails nor
 * delays a request; all that a request pays is the copying of its bytes.
 */
export class Shadow {
  readonly #by: ShadowedBy;
  readonly #clock: Clock;
  readonly #counters = new ShadowCounters();
  /** Jobs that might have been copied. */
  #turns = 0;
  #copies = 0;
  #hasFailed = false;

  constructor(by: ShadowedBy, clock: Clock) {
    this.#by = by;
    this.#clock = clock;
  }

  get counts(): ShadowStatistics {
    return this.#counters.counts;
  }

  /** The same version, of whose jobs so many percent are copied. Those of sequences are not: a copy would change their state. */
  following(handle: Handle, percent: number): Handle {
    return {
      ...handle,
      submit: (job, call) => {
        // Before the job's bytes are given away.
        const copy =
          job.sequence === null && isCopied(this.#turns++, percent) ? this.#copyOf(job, handle) : null;
        const answer = handle.submit(job, call);
        if (copy !== null) void this.#run(copy, answer);
        return answer;
      },
    };
  }

  #copyOf(job: Job, original: Handle): Copy | null {
    const handle = this.#copies < MAX_COPIES ? this.#by.borrow() : null;
    if (handle === null) {
      this.#counters.skipped();
      return null;
    }
    this.#counters.sent();
    try {
      const copy = { ...shadowJobOf(job, original.signature, handle), handle };
      this.#copies++;
      return copy;
    } catch (thrown) {
      handle.release();
      this.#failed(thrown);
      return null;
    }
  }

  /** Never rejects. */
  async #run(copy: Copy, answer: Promise<TaskResult>): Promise<void> {
    const from = this.#clock.now();
    // The first that hears of the answer: whoever gets it may give its bytes away.
    const original = answer.then(
      ({ outputs }) => ({ outputs: outputs.map(copied), ns: this.#sinceNs(from) }),
      () => null,
    );
    try {
      const mine = await this.#submit(copy, from);
      const theirs = await original;
      if (mine === null) return;
      if (theirs === null) this.#counters.unanswered();
      else this.#counters.compared(await compare(copy, theirs.outputs, mine.outputs), theirs.ns, mine.ns);
      for (const { data } of theirs?.outputs ?? []) giveBack(data);
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.#copies--;
    }
  }

  /** Null where there is no answer. */
  async #submit({ handle, job }: Copy, from: number): Promise<Answered | null> {
    try {
      const { outputs } = await handle.submit(job, callOf(from));
      return { outputs, ns: this.#sinceNs(from) };
    } catch (thrown) {
      this.#failed(thrown);
      return null;
    } finally {
      handle.release();
    }
  }

  #failed(thrown: unknown): void {
    const reason = messageOf(thrown);
    this.#counters.failed(reason);
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    log.warn(`${this.#by.label}, the shadow, did not answer a copy of a request: ${reason}`);
  }

  #sinceNs(from: number): number {
    return (this.#clock.now() - from) * 1e6;
  }
}

/** A caller that waits for ever. */
function callOf(receivedAt: number): Call {
  return { signal: new AbortController().signal, deadline: null, receivedAt };
}

function copied(tensor: Tensor): Tensor {
  return { ...tensor, data: copyOf(tensor.data) };
}

async function compare(
  { outputs }: ShadowJob,
  theirs: readonly Tensor[],
  mine: readonly Tensor[],
): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  // The answer goes first.
  await nextTurn();
  for (const [i, { name, at }] of outputs.entries()) {
    const [a, b] = [theirs[i], at === null ? undefined : mine[at]];
    if (a === undefined || b === undefined) {
      compared.push({ name, difference: MISSING });
      continue;
    }
    const steps = compareOutputs(a, b);
    let step = steps.next();
    while (step.done !== true) {
      await nextTurn();
      step = steps.next();
    }
    compared.push({ name, difference: step.value });
  }
  return compared;
}
