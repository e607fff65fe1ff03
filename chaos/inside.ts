/**
 * Loaded into the server before its own code (`node --import`): steps the wall clock that it sees when its parent says so, and
 * tells what can be seen from inside only.
 */

/** What the parent may ask for. */
export type Order = { readonly kind: 'step-clock'; readonly offsetMs: number } | { readonly kind: 'figures' };

/** What the process knows of itself. */
export interface InsideFigures {
  readonly heapBytes: number;
  /** Sockets, timers, pipes: what may keep the process alive. */
  readonly activeHandles: number;
  /** By how much its wall clock is off. */
  readonly clockOffsetMs: number;
}

const RealDate = globalThis.Date;
let offsetMs = 0;

class SteppedDate extends RealDate {
  constructor(...args: readonly unknown[]) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...(args as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = SteppedDate as DateConstructor;

process.on('message', (order: Order) => {
  if (order.kind === 'step-clock') offsetMs = order.offsetMs;
  const figures: InsideFigures = {
    heapBytes: process.memoryUsage().heapUsed,
    activeHandles: process.getActiveResourcesInfo().length,
    clockOffsetMs: Date.now() - RealDate.now(),
  };
  process.send?.(figures);
});
// The server must be able to end by itself.
process.channel?.unref();
