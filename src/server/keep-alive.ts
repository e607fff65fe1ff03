import type { ServerHttp2Session } from 'node:http2';
import type { Clock, Timer } from '#core/clock.js';

/** How long a connection is believed to be alive, and how long its answer to a ping may take. */
const PING_INTERVAL_MS = 60_000;
const PING_TIMEOUT_MS = 20_000;

/** Ends a connection whose other side is gone without a word. Answers how to stop it. */
export function keepAlive(session: ServerHttp2Session, clock: Clock): () => void {
  let timer: Timer;
  const wait = (): void => {
    timer = clock.startTimer(PING_INTERVAL_MS, ping);
  };
  const ping = (): void => {
    timer = clock.startTimer(PING_TIMEOUT_MS, () => session.destroy());
    if (session.destroyed) return;
    session.ping((error) => {
      timer.cancel();
      if (error === null && !session.destroyed) wait();
    });
  };
  wait();
  return () => timer.cancel();
}
