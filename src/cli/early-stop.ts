/** What asks a server to stop. */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

const end = (): void => process.exit(0);

/**
 * Ends the process with status 0 when it is asked to stop before there is a server that could: as the first process of
 * a container it would not hear a signal without a listener.
 */
export function endWhenAsked(): void {
  for (const signal of STOP_SIGNALS) process.on(signal, end);
}

/** From now on somebody else listens. */
export function endNoMore(): void {
  for (const signal of STOP_SIGNALS) process.off(signal, end);
}
