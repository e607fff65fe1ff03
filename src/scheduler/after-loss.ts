import type { Task } from './task.js';

/** So many runners may die of themselves, or hang, while they run a request; it is not tried with one more. */
export const MOST_SUSPICIONS = 2;

/**
 * So many may die of whatever: a request that makes the kernel kill for want of memory looks like one whose runner was
 * killed by a stranger, and must come to an end as well.
 */
export const MOST_CRASHES = 4;

/**
 * What becomes of a request whose runner was lost: it is run again, as inference leaves nothing behind; it is refused,
 * where it is likely to be the cause; it fails, where its inputs went with the runner.
 */
export type AfterLoss = 'run-again' | 'refuse' | 'fail';

/** What is to be done with a task, its `crashes` and `suspicions` counted already. */
export function afterLoss({
  crashes,
  suspicions,
  byteLength,
  job,
}: Pick<Task, 'crashes' | 'suspicions' | 'byteLength' | 'job'>): AfterLoss {
  if (suspicions >= MOST_SUSPICIONS || crashes >= MOST_CRASHES) return 'refuse';
  // Large inputs are moved to a thread, and are gone with it; what was joined to a batch was copied.
  const left = job.inputs.reduce((sum, { data }) => sum + data.byteLength, 0);
  return left === byteLength ? 'run-again' : 'fail';
}
