import type { Clock } from '#core/clock.js';
import type { ServingError } from '#core/errors.js';
import { cancelled, expired } from './given-up.js';
import type { Task } from './task.js';

/** Who has the task, and what becomes of it. */
export interface TaskOwner {
  isWaiting(task: Task): boolean;
  /** Answers it with the error, wherever it is. */
  drop(task: Task, error: ServingError): void;
}

/** Has a task dropped at its deadline, and while it waits as soon as its caller leaves. Nothing is left behind by it. */
export function watchTask(task: Task, owner: TaskOwner, clock: Clock): void {
  if (owner.isWaiting(task)) watchCaller(task, owner);
  if (task.deadline === null) return;
  atTime(task, task.deadline, clock, () =>
    owner.drop(task, owner.isWaiting(task) ? expired() : expired('passed before its answer was there')),
  );
}

/** Calls `fn` at the clock's time, unless the task was answered before. */
export function atTime(task: Task, atMs: number, clock: Clock, fn: () => void): void {
  const timer = clock.startTimer(Math.max(0, atMs - clock.now()), fn);
  const forget = (): void => timer.cancel();
  task.answer.promise.then(forget, forget);
}

function watchCaller(task: Task, owner: TaskOwner): void {
  const { signal } = task.call;
  const onAbort = (): void => {
    if (owner.isWaiting(task)) owner.drop(task, cancelled());
  };
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  const forget = (): void => signal.removeEventListener('abort', onAbort);
  task.answer.promise.then(forget, forget);
}
