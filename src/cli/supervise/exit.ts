import { constants } from 'node:os';

/** How a process of the server ended. */
export interface Exit {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** For how long it gave no sign of life, in milliseconds, where it was ended for that; else null. */
  readonly silentMs: number | null;
}

const CAUSES: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'out of memory?',
  SIGABRT: "native code gave up, or JavaScript's memory was full",
  SIGSEGV: 'a fault in native code',
  SIGBUS: 'a fault in native code, or a mapped file that became shorter',
  SIGILL: 'native code that this processor does not know',
  SIGFPE: 'a fault in native code',
};

/** In people's words, to follow "the server". */
export function exitText({ code, signal, silentMs }: Exit): string {
  if (silentMs !== null) return `gave no sign of life for ${silentMs / 1000} s and was ended`;
  if (signal === null) return `ended with status ${code}`;
  const cause = CAUSES[signal];
  return `was ended by ${signal}${cause === undefined ? '' : ` (${cause})`}`;
}

/** The status that tells a shell the same: that of the process, or 128 and the number of the signal. */
export function exitStatus({ code, signal }: Exit): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
