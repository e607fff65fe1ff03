import type { Clock } from '#core/clock.js';

/** What a promise comes to, or an error where that takes longer than `limitMs`. What comes later is ignored. */
export function within<T>(promise: Promise<T>, limitMs: number, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.startTimer(limitMs, () => reject(new Error(`no answer within ${limitMs} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
