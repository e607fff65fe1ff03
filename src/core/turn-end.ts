/** What is to be done at the end of this turn of the event loop, in the order in which it was asked for. */
let due: (() => void)[] = [];

/**
 * Calls `fn` once everything that came in together has been looked at: work for the same receiver can then go as one.
 * What is asked for meanwhile is done in the same turn.
 */
export function atTurnEnd(fn: () => void): void {
  due.push(fn);
  if (due.length === 1) setImmediate(flush);
}

function flush(): void {
  try {
    // The list may grow while it is walked through.
    for (let i = 0; i < due.length; i++) due[i]?.();
  } finally {
    due = [];
  }
}

/** Settles when everything else that came in has been looked at once: long work that does not hurry goes on then. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
