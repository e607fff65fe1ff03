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

/** Why a process is gone, for people: it has a status, or the name of the signal that ended it. */
export function processDeath(status: number | null, signal: string | null): string {
  if (signal === null) return `it ended with status ${status ?? 'unknown'}`;
  const meaning = MEANING[signal];
  return `it was killed by ${signal}${meaning === undefined ? '' : ` (${meaning})`}`;
}
