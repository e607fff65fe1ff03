import { OUT_OF_MEMORY_STATUS } from '#worker/out-of-memory.js';
import type { DeathCause } from './death.js';

/** What a signal most often means where nobody sent it on purpose. */
const MEANING: Readonly<Record<string, string>> = {
  SIGKILL: 'out of memory?',
  SIGSEGV: 'a fault in native code',
  SIGBUS: 'a fault in native code',
  SIGILL: 'an instruction that this processor does not have',
  SIGFPE: 'an arithmetic fault in native code',
  SIGABRT: 'native code gave up',
  SIGTRAP: 'native code gave up',
};

/** Those that a process raises by what it does. Any other was sent by somebody else, or by the kernel. */
const OWN_SIGNALS: ReadonlySet<string> = new Set(
  Object.keys(MEANING).filter((signal) => signal !== 'SIGKILL'),
);

/** Whose doing the end of a process was, by the name of the signal that ended it, if any. */
export function deathCause(signal: string | null): DeathCause {
  return signal === null || OWN_SIGNALS.has(signal) ? 'crash' : 'killed';
}

/** Why a process is gone, for people: it has a status, or the name of the signal that ended it. */
export function processDeath(status: number | null, signal: string | null): string {
  if (status === OUT_OF_MEMORY_STATUS) return 'its engine got no memory';
  if (signal === null) return `it ended with status ${status ?? 'unknown'}`;
  const meaning = MEANING[signal];
  return `it was killed by ${signal}${meaning === undefined ? '' : ` (${meaning})`}`;
}
