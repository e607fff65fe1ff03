/** The part of a plot that has the data, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A line across a plot, or a word below it. `at` is a part of the axis: 0 at its beginning, 1 at its end. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** The pixel of a part of the horizontal axis. */
export function across(box: Box, part: number): number {
  return round(box.left + box.width * part);
}

/** The pixel of a part of the vertical axis, which grows upwards. */
export function upward(box: Box, part: number): number {
  return round(box.top + box.height * (1 - part));
}

/** The smallest of 1, 2, 5, 10, 20, 50, ... (and of 0.5, 0.2, ...) that is not below the value; 1 for nothing. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * decade >= value * (1 - 1e-12)) ?? 10;
  return Number((step * decade).toPrecision(1));
}

/** Lines from 0 to a nice ceiling, all at round numbers, and the words beside them. */
export function ticksUpTo(ceiling: number, textOf: (value: number) => string): readonly Tick[] {
  // Halves of 2 are round, and fifths of 1 and 5.
  const steps = ceiling.toExponential().startsWith('2') ? 4 : 5;
  return Array.from({ length: steps + 1 }, (_, at) => ({
    at: at / steps,
    text: textOf((ceiling * at) / steps),
  }));
}

/** Whole minutes between two moments, as parts of the time between them. */
export function minuteTicks(
  fromMs: number,
  untilMs: number,
  textOf: (atMs: number) => string,
): readonly Tick[] {
  const ticks: Tick[] = [];
  for (let atMs = Math.ceil(fromMs / 60_000) * 60_000; atMs <= untilMs; atMs += 60_000) {
    ticks.push({ at: (atMs - fromMs) / (untilMs - fromMs), text: textOf(atMs) });
  }
  return ticks;
}

/** Which of the places is nearest to a part of the axis; -1 where there are none. */
export function nearestPlace(places: readonly number[], part: number): number {
  let best = -1;
  for (const [at, place] of places.entries()) {
    if (best < 0 || Math.abs(place - part) < Math.abs((places[best] ?? 0) - part)) best = at;
  }
  return best;
}

/** A tenth of a pixel is as fine as anyone sees. */
export function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
