import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import type { SchedulerOptions } from './options.js';
import { pickRunner } from './pick-runner.js';
import type { Runner } from './runner.js';
import { type Job, newTask, type Task, type TaskResult } from './task.js';
import { TaskQueue } from './task-queue.js';

/**
 * Holds the waiting tasks of one model version and gives each to a runner as soon as one has a free slot. Every task
 * is settled exactly once: done, refused, expired or cancelled.
 */
export class Scheduler {
  readonly #queue = new TaskQueue();
  readonly #runners: Runner[] = [];
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  #running = 0;
  #stopped: Deferred<void> | null = null;

  constructor(options: SchedulerOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Gives the scheduler a runner. `onLost` hears of the end of the last one. */
  add(runner: Runner, onLost: (reason: string) => void): void {
    this.#runners.push(runner);
    runner.listen({
      available: () => this.#dispatch(),
      lost: (reason) => {
        this.#runners.splice(this.#runners.indexOf(runner), 1);
        if (this.#runners.length === 0) {
          this.#refuseWaiting(new ServingError('UNAVAILABLE', `the model cannot run: ${reason}`));
          onLost(reason);
        }
      },
    });
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Runs the session. Rejects with OVERLOADED at once when too much waits,
   * with DEADLINE_EXCEEDED or CANCELLED when that happens before a runner took the task, else as the runner did.
   */
  submit(job: Job, call: Call): Promise<TaskResult> {
    if (this.#stopped) return Promise.reject(new ServingError('UNAVAILABLE', 'the model is being unloaded'));
    if (this.#runners.length === 0)
      return Promise.reject(new ServingError('UNAVAILABLE', 'the model cannot run'));
    const task = newTask(job, call, this.#clock.now());
    const runner = this.#queue.size === 0 ? pickRunner(this.#runners) : null;
    if (runner !== null) this.#run(task, runner);
    else this.#wait(task);
    return task.answer.promise;
  }

  /** Takes nothing new, lets what waits and runs finish, and settles when all is answered. */
  stop(): Promise<void> {
    this.#stopped ??= deferred();
    this.#settleStop();
    return this.#stopped.promise;
  }

  #wait(task: Task): void {
    if (task.call.signal.aborted) {
      task.answer.reject(cancelled());
      return;
    }
    if (this.#queue.size >= this.#options.queue.maxSize) {
      const text = `the queue of ${this.#options.queue.maxSize} waiting requests is full; try again later`;
      task.answer.reject(new ServingError('OVERLOADED', text, { retryAfterSeconds: 1 }));
      return;
    }
    this.#queue.push(task);
    this.#watch(task);
  }

  /** Lets a waiting task go when its caller leaves or its deadline passes. */
  #watch(task: Task): void {
    const { signal, deadline } = task.call;
    const drop = (error: ServingError): void => {
      if (this.#queue.remove(task)) task.answer.reject(error);
      this.#settleStop();
    };
    const onAbort = (): void => drop(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    const timer =
      deadline === null
        ? null
        : this.#clock.startTimer(Math.max(0, deadline - this.#clock.now()), () => drop(expired()));
    const forget = (): void => {
      signal.removeEventListener('abort', onAbort);
      timer?.cancel();
    };
    task.answer.promise.then(forget, forget);
  }

  #dispatch(): void {
    while (this.#queue.size > 0) {
      const runner = pickRunner(this.#runners);
      if (runner === null) return;
      const task = this.#queue.shift();
      if (task !== null) this.#run(task, runner);
    }
  }

  #run(task: Task, runner: Runner): void {
    const takenAt = this.#clock.now();
    this.#running++;
    runner
      .run(task.job.inputs, task.job.outputs)
      .then(
        ({ outputs, runNs }) => {
          const queuedNs = (takenAt - task.enqueuedAt) * 1e6;
          // The way there and back is measured as one: half of it stands for each.
          const wayNs = Math.max(0, (this.#clock.now() - takenAt) * 1e6 - runNs) / 2;
          const timings = { queuedNs, inputNs: wayNs, runNs, outputNs: wayNs, batchRows: task.job.rows };
          task.answer.resolve({ outputs, timings });
        },
        (thrown: unknown) => task.answer.reject(ServingError.from(thrown)),
      )
      .finally(() => {
        this.#running--;
        this.#dispatch();
        this.#settleStop();
      });
  }

  #refuseWaiting(error: ServingError): void {
    for (const task of this.#queue.clear()) task.answer.reject(error);
    this.#settleStop();
  }

  #settleStop(): void {
    if (this.#stopped && this.#running === 0 && (this.#queue.size === 0 || this.#runners.length === 0)) {
      for (const task of this.#queue.clear()) {
        task.answer.reject(new ServingError('UNAVAILABLE', 'the model was unloaded'));
      }
      this.#stopped.resolve();
    }
  }
}

function cancelled(): ServingError {
  return new ServingError('CANCELLED', 'the caller went away before the request was run');
}

function expired(): ServingError {
  return new ServingError('DEADLINE_EXCEEDED', "the request's deadline passed while it waited");
}
