import type { Clock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import type { Run } from '#core/run-watch.js';
import type { Timings } from '#inference/timings.js';
import type { BatchLayout } from './batch-layout.js';
import { mergeInputs } from './merge.js';
import type { Runner, RunOutcome } from './runner.js';
import { splitOutputs, unionOfOutputs } from './split.js';
import type { Task, TaskResult } from './task.js';

/** What one run of the model came to. */
export interface RunReport {
  /** Of the requests, without those that were added to fill it up. */
  readonly rows: number;
  readonly inputNs: number;
  readonly runNs: number;
  readonly outputNs: number;
}

export interface BatchOutcome {
  readonly report: RunReport;
  /** One for each task. */
  readonly results: readonly TaskResult[];
}

/** Runs tasks as one, and takes the answer apart. Rejects with ServingError, and then no task has been answered. */
export async function runBatch(
  tasks: readonly Task[],
  runner: Runner,
  layout: BatchLayout,
  runRows: number,
  clock: Clock,
): Promise<BatchOutcome> {
  const takenAt = clock.now();
  const jobs = tasks.map(({ job }) => job);
  const inputs = mergeInputs(jobs, layout, runRows);
  const wanted = unionOfOutputs(jobs);
  const sentAt = clock.now();
  let outcome: RunOutcome;
  try {
    outcome = await runner.run(inputs, wanted);
  } catch (thrown) {
    const inputNs = (clock.now() - takenAt) * 1e6;
    tellWatches(tasks, runner, { takenAt, inputNs, runNs: 0, outputNs: 0, error: messageOf(thrown) });
    throw thrown;
  }
  const { outputs, runNs, agoNs } = outcome;
  const backAt = clock.now();
  const parts = splitOutputs(outputs, jobs, layout, runRows);
  const endAt = clock.now();
  const thereNs = Math.max(0, (backAt - sentAt) * 1e6 - runNs - agoNs);
  const report = {
    rows: rowsOf(tasks),
    inputNs: (sentAt - takenAt) * 1e6 + thereNs,
    runNs,
    outputNs: agoNs + (endAt - backAt) * 1e6,
  };
  tellWatches(tasks, runner, { takenAt, ...report, error: null });
  const results = tasks.map((task, i) => ({
    outputs: parts[i] ?? [],
    timings: timingsOf(task, takenAt, report),
  }));
  return { report, results };
}

/** Mostly to nobody. */
function tellWatches(
  tasks: readonly Task[],
  runner: Runner,
  run: Pick<Run, 'takenAt' | 'inputNs' | 'runNs' | 'outputNs' | 'error'>,
): void {
  if (tasks.every(({ call }) => call.watch === undefined)) return;
  const watches = tasks.flatMap(({ call }) => call.watch ?? []);
  const told: Run = { ...run, rows: rowsOf(tasks), requests: tasks.length, instance: runner.id, watches };
  for (const { call, enqueuedAt } of tasks) call.watch?.ran(told, enqueuedAt);
}

function rowsOf(tasks: readonly Task[]): number {
  return tasks.reduce((sum, { rows }) => sum + rows, 0);
}

/** Of each task, the time of the whole run: it had to wait for all of it. */
function timingsOf(task: Task, takenAt: number, { rows, inputNs, runNs, outputNs }: RunReport): Timings {
  return { queuedNs: (takenAt - task.enqueuedAt) * 1e6, inputNs, runNs, outputNs, batchRows: rows };
}
