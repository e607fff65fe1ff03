import type { ServerHttp2Session } from 'node:http2';
import type { Clock, Timer } from '#core/clock.js';
import type { LimitOptions } from './limits/limit-options.js';

/** Ends a connection whose other side is gone without a word. Answers how to stop it. */
export function keepAlive(
  session: ServerHttp2Session,
  clock: Clock,
  { keepAliveMs, keepAliveTimeoutMs }: Pick<LimitOptions, 'keepAliveMs' | 'keepAliveTimeoutMs'>,
): () => void {
  let timer: Timer;
  const wait = (): void => {
    timer = clock.startTimer(keepAliveMs, ping);
  };
  const ping = (): void => {
    timer = clock.startTimer(keepAliveTimeoutMs, () => session.destroy());
    if (session.destroyed) return;
    session.ping((error) => {
      timer.cancel();
      if (error === null && !session.destroyed) wait();
    });
  };
  wait();
  return () => timer.cancel();
}
