import type { Terminal } from '#cli/terminal.js';
import type { Clock } from '#core/clock.js';

/** What the commands about a running server need beside it. */
export interface ModelsContext {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Waits, and keeps the process meanwhile. */
  pause(delayMs: number): Promise<void>;
}
