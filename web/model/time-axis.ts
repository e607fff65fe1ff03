import { clockTime } from '../plots/format.js';
import { minuteTicks, type Tick } from '../plots/scale.js';
import { SLOT_MS, type Slot } from './slots.js';

/** What the plots of a model are drawn over: the last five minutes, up to the newest slot. */
export interface TimeAxis {
  readonly places: readonly number[];
  /** How broad a slot is, as a part of the axis. */
  readonly breadth: number;
  readonly placeLabels: readonly string[];
  readonly acrossTicks: readonly Tick[];
}

export const WINDOW_MS = 300_000;

export function timeAxis(slots: readonly Slot[]): TimeAxis {
  const newest = slots.at(-1);
  if (newest === undefined) return { places: [], breadth: 0, placeLabels: [], acrossTicks: [] };
  const untilMs = newest.startMs + SLOT_MS;
  const fromMs = untilMs - WINDOW_MS;
  return {
    places: slots.map(({ startMs }) => (startMs + SLOT_MS / 2 - fromMs) / WINDOW_MS),
    breadth: SLOT_MS / WINDOW_MS,
    placeLabels: slots.map(({ startMs }) => clockTime(startMs, true)),
    acrossTicks: minuteTicks(fromMs + 15_000, untilMs - 15_000, (atMs) => clockTime(atMs, false)).map(
      ({ at, text }) => ({ at: (15_000 + at * (WINDOW_MS - 30_000)) / WINDOW_MS, text }),
    ),
  };
}

/** The slots that the axis has room for. */
export function within(slots: readonly Slot[]): readonly Slot[] {
  const fromMs = (slots.at(-1)?.startMs ?? 0) + SLOT_MS - WINDOW_MS;
  return slots.filter(({ startMs }) => startMs >= fromMs);
}
