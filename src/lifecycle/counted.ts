import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import type { TaskResult } from '#scheduler/task.js';
import type { Counters } from './counters.js';
import { failureReasonOf } from './failure-reason.js';

/** Counts what comes of a run. */
export async function counted(
  run: () => Promise<TaskResult>,
  rows: number,
  counters: Counters,
  clock: Clock,
): Promise<TaskResult> {
  const from = clock.now();
  const sinceNs = (): number => (clock.now() - from) * 1e6;
  try {
    const result = await run();
    const { timings, isCached = false, lookupNs } = result;
    if (isCached) counters.answeredFromCache(sinceNs(), lookupNs ?? 0);
    else {
      counters.succeeded(rows, sinceNs(), timings, clock.epochMs());
      if (lookupNs !== undefined) counters.missedCache(lookupNs);
    }
    return result;
  } catch (thrown) {
    const { code, message } = ServingError.from(thrown);
    counters.failed(sinceNs(), { atMs: clock.epochMs(), reason: failureReasonOf(code), message });
    throw thrown;
  }
}
