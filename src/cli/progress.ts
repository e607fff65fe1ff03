import type { Clock } from '#core/clock.js';
import { cut } from './printable.js';
import type { Terminal } from './terminal.js';

/** What is done sooner needs no progress, ... */
const PATIENCE_MS = 1000;
/** ... and what is not is told so often how long it has taken. */
const STEP_MS = 1000;
const START_OF_LINE = '\r\u001b[K';

/**
 * Waits for the work. Where it takes longer than a second and standard error is a terminal, a line there says that it goes on, and
 * for how long; it is taken back at the end, whatever that is.
 */
export async function whileWorking<Result>(
  text: () => string,
  work: Promise<Result>,
  { terminal, clock }: { readonly terminal: Terminal; readonly clock: Clock },
): Promise<Result> {
  const columns = terminal.progressColumns;
  if (columns === null) return work;
  const begunAt = clock.now();
  let isShown = false;
  const show = (): void => {
    isShown = true;
    const seconds = Math.round((clock.now() - begunAt) / 1000);
    // A line that wraps could not be taken back.
    terminal.writeError(START_OF_LINE + cut(`${text()} (${seconds} s)`, columns - 1));
    timer = clock.startTimer(STEP_MS, show);
  };
  let timer = clock.startTimer(PATIENCE_MS, show);
  try {
    return await work;
  } finally {
    timer.cancel();
    if (isShown) terminal.writeError(START_OF_LINE);
  }
}
