import type { Task } from './task.js';

/** So many runners may die while they run a request; it is not tried with one more. */
export const MOST_CRASHES = 2;

/**
 * What becomes of a request whose runner was lost: it is run again, as inference leaves nothing behind; it is refused,
 * where it is likely to be the cause; it fails, where its inputs went with the runner.
 */
export type AfterLoss = 'run-again' | 'refuse' | 'fail';

/** What is to be done with a task, its `crashes` counted already. */
export function afterLoss({
  crashes,
  byteLength,
  job,
}: Pick<Task, 'crashes' | 'byteLength' | 'job'>): AfterLoss {
  if (crashes >= MOST_CRASHES) return 'refuse';
  // Large inputs are moved to a thread, and are gone with it; what was joined to a batch was copied.
  const left = job.inputs.reduce((sum, { data }) => sum + data.byteLength, 0);
  return left === byteLength ? 'run-again' : 'fail';
}
