/** A whole server whose refusals are not kept back, so that many of them can be tried. */

import { delayMsOf } from '#access/failures.js';
import { build, type Parts } from '#app/build.js';
import type { Settings } from '#config/settings.js';
import { type Clock, systemClock } from '#core/clock.js';
import { LogControl } from '#core/log-settings.js';
import type { AtEnd } from './serve.js';

const REFUSAL_DELAYS: ReadonlySet<number> = new Set(Array.from({ length: 20 }, (_, i) => delayMsOf(i + 1)));

/** The time of this host, but that nobody waits for a refusal. */
export const unkeptClock: Clock = {
  ...systemClock,
  startTimer: (delayMs, fn) => systemClock.startTimer(REFUSAL_DELAYS.has(delayMs) ? 0 : delayMs, fn),
};

export interface Stage {
  readonly parts: Parts;
  readonly port: number;
  readonly grpcPort: number;
}

/** Ports open, and every model loaded. */
export async function openStage(
  atEnd: AtEnd,
  settings: Settings,
  clock: Clock = unkeptClock,
): Promise<Stage> {
  const parts = await build(settings, clock, new LogControl('INFO', 'off'), null);
  const ports = [parts.listener, parts.grpcListener].filter((port) => port !== null);
  atEnd(async () => {
    await Promise.all(ports.map((port) => port.close(0)));
    await parts.control.stop();
    await parts.models.stop();
    await parts.overrides.close();
    await parts.stores.close();
  });
  const port = await parts.listener.open();
  const grpcPort = (await parts.grpcListener?.open()) ?? -1;
  await parts.control.start();
  return { parts, port, grpcPort };
}
