/** A started timer. */
export interface Timer {
  cancel(): void;
}

/** Time as the house sees it. Brains get `now` as an argument; bodies get a Clock; tests own both. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  now(): number;
  /** Milliseconds since 1970, for people and their programs: this clock can be set back. */
  epochMs(): number;
  /** Calls `fn` once, `delayMs` from now. A timer never keeps the process alive. */
  startTimer(delayMs: number, fn: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  epochMs: () => Date.now(),
  startTimer(delayMs, fn) {
    const handle = setTimeout(fn, delayMs);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A date, or a time with its zone, as milliseconds since 1970; null for anything else. Source of the form: RFC 3339. */
export function epochMsOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return null;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) || !isDay(text.slice(0, 10)) ? null : epochMs;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(date: string): boolean {
  return new Date(date).toISOString().startsWith(date);
}
