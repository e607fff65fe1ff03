import type { Clock } from '#core/clock.js';
import { loggerOf } from '#core/log.js';

const log = loggerOf('server::tls');

/** One WARN line in so long: whoever scans ports must not fill a log. */
export const QUIET_MS = 60_000;

/** Tells of connections that did not come to speak TLS: the first at once, the others in numbers, and each to who debugs. */
export class HandshakeFailures {
  readonly #port: string;
  readonly #clock: Clock;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #untold = 0;

  /** @param port as it is told: `REST` */
  constructor(port: string, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  tell(reason: string, peer: string | null): void {
    const sentence = `no TLS with ${peer ?? 'somebody'} on the ${this.#port} port: ${reason}`;
    const now = this.#clock.now();
    if (now < this.#quietUntil) {
      this.#untold++;
      log.debug(sentence);
      return;
    }
    const others = this.#untold === 0 ? '' : ` (and ${this.#untold} others since the last line)`;
    log.warn(`${sentence}${others}`);
    this.#untold = 0;
    this.#quietUntil = now + QUIET_MS;
  }
}
