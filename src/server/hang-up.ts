import type { Socket } from 'node:net';
import type { Clock } from '#core/clock.js';

/** So long the other side has to hang up in its turn. */
export const HANG_UP_MS = 250;

/**
 * Ends connections on which nothing is being answered: says so first, and goes on reading for a while. To close over
 * bytes that nobody has read would be a reset, which takes the last answer with it if the client has not read that
 * yet (RFC 9112, section 9.6).
 */
export function hangUp(sockets: readonly Socket[], clock: Clock): void {
  for (const socket of sockets) {
    const timer = clock.startTimer(HANG_UP_MS, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    socket.end();
  }
}
