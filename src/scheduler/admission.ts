import { ServingError } from '#core/errors.js';
import type { QueueOptions, QueuePolicy } from './options.js';

/** What waits, in all and of the asker's priority. */
export interface QueueLoad {
  readonly size: number;
  readonly rows: number;
  readonly byteLength: number;
  readonly sizeOfPriority: number;
}

/** What wants to wait too. */
export interface Asker {
  readonly rows: number;
  readonly byteLength: number;
  /** From now until its deadline; null without one. */
  readonly slackMs: number | null;
}

/** How long it would take until the asker's answer was there; null where nothing is known, or nothing is ahead of it. */
export type PredictedMs = number | null;

/** Predictions are kept by most, not by all: so much of the time that is left is not planned with. */
const PLANNED_SHARE = 0.8;

/** Why a request may not wait, as OVERLOADED that says which bound it was; null where it may. */
export function refusalOf(
  asker: Asker,
  load: QueueLoad,
  options: Pick<QueueOptions, 'maxSize' | 'maxRows' | 'maxBytes'>,
  policy: Pick<QueuePolicy, 'maxSize'>,
  predictedMs: PredictedMs,
): ServingError | null {
  const { maxSize, maxRows, maxBytes } = options;
  const refuse = (why: string): ServingError =>
    new ServingError('OVERLOADED', `${why}; try again later`, {
      retryAfterSeconds: retryAfterSeconds(predictedMs, asker.slackMs),
    });
  if (load.size >= maxSize) return refuse(`the queue of ${maxSize} waiting requests is full`);
  if (policy.maxSize !== null && load.sizeOfPriority >= policy.maxSize)
    return refuse(`the queue of ${policy.maxSize} waiting requests of this priority is full`);
  if (maxRows !== null && load.rows + asker.rows > maxRows)
    return refuse(`the queue of ${maxRows} waiting rows has no room for ${asker.rows} more`);
  if (maxBytes !== null && load.byteLength + asker.byteLength > maxBytes)
    return refuse(`the queue of ${maxBytes} bytes has no room for ${asker.byteLength} more`);
  if (asker.slackMs === null || predictedMs === null || predictedMs <= asker.slackMs * PLANNED_SHARE)
    return null;
  return refuse(
    `the answer is expected in ${shown(predictedMs)} ms, and the request's deadline is in ${shown(asker.slackMs)} ms`,
  );
}

/** When what is ahead will be done, in whole seconds and 1 at least. */
function retryAfterSeconds(predictedMs: PredictedMs, slackMs: number | null): number {
  const overMs = (predictedMs ?? 0) - (slackMs ?? 0);
  return Math.max(1, Math.ceil(overMs / 1000));
}

function shown(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : ms.toFixed(0);
}
