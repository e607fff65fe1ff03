import type { LogControl } from '#core/log-settings.js';
import { type RequestRecord, requestChannel, streamedRequestChannel } from '#core/request-record.js';
import type { RequestShare } from '#core/request-share.js';
import { outcomeOf } from './access-line.js';

/**
 * Hands on the requests that the log is to tell of, from now until the returned function is called. It listens only while
 * `control` asks for requests at all, so that nothing is noted of any of them else.
 *
 * @param random from 0 to below 1
 */
export function startAccessLog(
  control: LogControl,
  write: (record: RequestRecord) => void,
  random: () => number = Math.random,
): () => void {
  const listener = (message: unknown): void => {
    const record = message as RequestRecord;
    if (isTold(record, control.settings.requests, random)) write(record);
  };
  let isListening = false;
  const listen = (wanted: boolean): void => {
    if (wanted === isListening) return;
    isListening = wanted;
    for (const each of [requestChannel, streamedRequestChannel]) {
      if (wanted) each.subscribe(listener);
      else each.unsubscribe(listener);
    }
  };
  const follow = (): void => listen(control.settings.requests !== 'off');
  const stopFollowing = control.onChange(follow);
  follow();
  return () => {
    stopFollowing();
    listen(false);
  };
}

/** Whatever failed is told; of the rest each by the toss of a coin, since every nth could be always the same client's. */
export function isTold(
  record: Pick<RequestRecord, 'transport' | 'code'>,
  share: RequestShare,
  random: () => number,
): boolean {
  if (share === 'off') return false;
  return outcomeOf(record) !== 'ok' || random() < share;
}
