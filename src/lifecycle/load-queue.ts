import type { Clock, Timer } from '#core/clock.js';
import { loggerOf } from '#core/log.js';
import { needsItself } from './needs.js';
import { isOnItsWay } from './next-step.js';
import { type RetryPolicy, retryDelayMs } from './retry.js';
import type { Version } from './version.js';

const log = loggerOf('lifecycle::load-queue');

/** How models are loaded. */
export interface LoadOptions {
  /** Versions that are loaded at the same time. */
  readonly maxLoads: number;
  readonly retry: RetryPolicy;
}

export interface LoadQueueParts {
  readonly options: LoadOptions;
  readonly clock: Clock;
  /** Hears that a load has come to its end, well or not. */
  onEnd(load: Version): void;
  /** Hears that it is time to try again what failed. */
  onRetry(failed: Version): void;
}

/** Begins loads, few at a time, each when what it needs is there, and keeps in mind which are to be tried again. */
export class LoadQueue {
  readonly #parts: LoadQueueParts;
  readonly #waiting = new Set<Version>();
  readonly #retries = new Map<Version, Timer>();
  #loading = 0;

  constructor(parts: LoadQueueParts) {
    this.#parts = parts;
  }

  /** `begin` is to be called when all that may be needed has been added. */
  add(load: Version): void {
    this.#waiting.add(load);
  }

  /** Begins to load what may be. */
  begin(): void {
    const { options, onEnd } = this.#parts;
    for (const load of mayBegin(this.#waiting, options.maxLoads - this.#loading)) {
      this.#waiting.delete(load);
      this.#loading++;
      void load.load().then(() => {
        this.#loading--;
        this.#planRetry(load);
        onEnd(load);
        this.begin();
      });
    }
  }

  /** Nobody wants it any more. */
  forget(load: Version): void {
    this.#waiting.delete(load);
    this.#retries.get(load)?.cancel();
    this.#retries.delete(load);
  }

  /** Whether a load failed and will be tried again by itself. */
  isToBeRetried(load: Version): boolean {
    return this.#retries.has(load);
  }

  #planRetry(load: Version): void {
    const { options, clock, onRetry } = this.#parts;
    if (load.state !== 'failed' || !load.wanted || load.isTrial) return;
    const delayMs = retryDelayMs(load.attempts, options.retry);
    if (delayMs === null) return;
    const { name, version } = load.offer;
    log.warn(`model '${name}' version ${version} is tried again in ${delayMs / 1000} s`);
    const timer = clock.startTimer(delayMs, () => {
      this.#retries.delete(load);
      onRetry(load);
    });
    this.#retries.set(load, timer);
  }
}

/** What the decision is made from. */
export interface Waiting {
  /** Others that it may need. */
  readonly waitsFor: readonly Waiting[];
  readonly state: Version['state'];
  readonly wanted: boolean;
}

/** Which of what waits may begin: in order, as many as there are places, and nobody who waits for others. */
export function mayBegin<W extends Waiting>(waiting: Iterable<W>, places: number): readonly W[] {
  const begun: W[] = [];
  for (const each of waiting) {
    if (begun.length >= places) break;
    if (!mustWait(each)) begun.push(each);
  }
  return begun;
}

/** One that needs itself would wait for ever; its loading says what is wrong. */
function mustWait(each: Waiting): boolean {
  return each.waitsFor.some(isOnItsWay) && !needsItself(each);
}
