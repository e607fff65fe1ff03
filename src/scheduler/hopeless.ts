import type { Sized } from './next-move.js';

/**
 * Those at the front whose deadline passes before a run of all of them could be over. One whose deadline has not passed
 * yet is given up only where there is something else to run: what is known of the cost may be wrong, and an engine
 * that has nothing to do may as well find it out.
 *
 * @param runMs what the run is expected to take, or null
 * @param waitingRows of all that wait, those behind the front too
 */
export function hopelessAmong<T extends Sized>(
  front: readonly T[],
  runMs: number | null,
  waitingRows: number,
  now: number,
): readonly T[] {
  const isPast = ({ deadline }: T): boolean => deadline !== null && deadline <= now;
  const isLate = ({ deadline }: T): boolean => deadline !== null && runMs !== null && deadline < now + runMs;
  const late = front.filter((task) => isPast(task) || isLate(task));
  const lateRows = late.reduce((sum, { rows }) => sum + rows, 0);
  return lateRows < waitingRows ? late : front.filter(isPast);
}
