import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { afterLoss } from './after-loss.js';
import type { BatchLayout } from './batch-layout.js';
import { runRowsOf } from './batch-limits.js';
import type { DrainRate } from './drain-rate.js';
import type { Lane } from './lane.js';
import { rowsOf } from './next-move.js';
import { type RunReport, runBatch } from './run-batch.js';
import { isGone, type PooledRunner, type RunnerPool } from './runner-pool.js';
import type { Task, TaskResult } from './task.js';

const log = loggerOf('scheduler');

export interface RunsParts {
  readonly pool: RunnerPool;
  readonly drain: DrainRate;
  readonly layout: BatchLayout;
  /** The sizes that a run may have; none where it may have any. */
  readonly allowedRows: readonly number[];
  readonly clock: Clock;
  /** For log lines, for instance `mnist/1`. */
  readonly label: string;
  readonly onRun: (report: RunReport) => void;
  readonly waiting: WaitingTasks;
}

/** What runs ask of whoever holds the tasks that wait. */
export interface WaitingTasks {
  /** Whether there are any. */
  readonly areAny: boolean;
  /** Gives runners what there is for them. */
  dispatch(): void;
  /** Whether anybody still waits for the answer of a task that has left the waiting. */
  isWanted(task: Task): boolean;
  /** These wait once more, before all others. */
  waitAgain(tasks: readonly Task[], lane: Lane): void;
}

/** Runs batches, and sees to it that each of their tasks is settled, or waits again. */
export class Runs {
  readonly #parts: RunsParts;
  #running = 0;

  constructor(parts: RunsParts) {
    this.#parts = parts;
  }

  /** Runs that have not ended. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs tasks as one. What fails together is run again one by one: the fault may be in one of them. What was lost with
   * its runner waits for another. Never rejects.
   */
  async run(lane: Lane, tasks: readonly Task[], pooled: PooledRunner): Promise<void> {
    this.#running++;
    try {
      const error = await this.#runOnce(lane, tasks, pooled);
      if (error !== null) await this.#afterFailure(lane, tasks, pooled, error);
    } finally {
      this.#running--;
    }
  }

  async #afterFailure(
    lane: Lane,
    tasks: readonly Task[],
    pooled: PooledRunner,
    error: ServingError,
  ): Promise<void> {
    if (error.isRunnerLost) return this.#lostWithRunner(tasks, lane, error);
    if (tasks.length > 1) return this.#runOneByOne(lane, tasks, pooled, error);
    for (const task of tasks) task.answer.reject(error);
  }

  /** Answers the tasks where it went well, and leaves it to the caller where it did not. Never rejects. */
  async #runOnce(lane: Lane, tasks: readonly Task[], pooled: PooledRunner): Promise<ServingError | null> {
    const { layout, onRun, pool, drain, clock, allowedRows, waiting } = this.#parts;
    const { cost, returns } = lane.stats;
    const rows = rowsOf(tasks);
    const runRows = runRowsOf(rows, allowedRows);
    pool.starting(pooled, { rows, expectedMs: cost.predictMs(runRows) ?? 0 }, clock.now());
    let hasEnded = false;
    try {
      const { results, report } = await runBatch(tasks, pooled.runner, layout, runRows, clock);
      const runMs = report.runNs / 1e6;
      cost.observe(runRows, runMs);
      onRun(report);
      const now = clock.now();
      returns.ended(rows, cost.line?.fixedMs ?? 0, now);
      drain.ended(rows, now, waiting.areAny);
      pool.ended(pooled, now, { runMs, backMs: report.outputNs / 1e6 });
      hasEnded = true;
      // The runner has its next batch while these answers are written.
      waiting.dispatch();
      tasks.forEach((task, i) => {
        task.answer.resolve(results[i] as TaskResult);
      });
      return null;
    } catch (thrown) {
      const error = ServingError.from(thrown);
      if (error.isRunnerLost) drain.lost();
      return error;
    } finally {
      if (!hasEnded) pool.ended(pooled, clock.now(), null);
    }
  }

  async #runOneByOne(
    lane: Lane,
    tasks: readonly Task[],
    pooled: PooledRunner,
    together: ServingError,
  ): Promise<void> {
    const { waiting, label } = this.#parts;
    let areAllRight = true;
    for (const [i, task] of tasks.entries()) {
      if (isGone(pooled)) return waiting.waitAgain(tasks.slice(i), lane);
      const isWanted = waiting.isWanted(task);
      const error = isWanted ? await this.#runOnce(lane, [task], pooled) : null;
      areAllRight &&= isWanted && error === null;
      if (error === null) continue;
      if (error.isRunnerLost) this.#lostWithRunner([task], lane, error);
      else task.answer.reject(error);
    }
    // Each is right by itself and together they are not: it is the model that cannot run them together.
    if (!areAllRight || !lane.stats.canBatch) return;
    lane.stats.canBatch = false;
    log.warn(
      `${label}: requests are run one by one from now on, as a batch of ${tasks.length} failed and each of its requests did not: ${together.message}`,
    );
  }

  /** They were with a runner when it was lost. Of several that were run together any one may be the cause. */
  #lostWithRunner(tasks: readonly Task[], lane: Lane, error: ServingError): void {
    const again: Task[] = [];
    for (const task of tasks) {
      if (error.suspicion !== null) task.crashes++;
      if (error.suspicion === 'suspect') task.suspicions++;
      switch (afterLoss(task)) {
        case 'run-again':
          again.push(task);
          break;
        case 'refuse':
          this.#refuseAsPoison(task, error);
          break;
        case 'fail':
          task.answer.reject(error);
      }
    }
    this.#parts.waiting.waitAgain(again, lane);
  }

  #refuseAsPoison(task: Task, { message }: ServingError): void {
    const text = `this request was being run in ${task.crashes} instances when they died, and is not run again; the last time ${message}`;
    const { label } = this.#parts;
    log.error(`${label}: ${text}`, { model: label, requestId: task.call.facts?.id ?? null });
    task.answer.reject(new ServingError('INTERNAL', text));
  }
}
