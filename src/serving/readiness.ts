/** What readiness is decided from. */
export interface ReadinessEntry {
  readonly state: string;
  readonly wanted: boolean;
}

/** The same for everyone who asks, decided again only when it is asked with another index. */
export function readinessOf(strict: boolean): (index: readonly ReadinessEntry[]) => boolean {
  let last: readonly ReadinessEntry[] | null = null;
  let isReady = false;
  return (index) => {
    if (index !== last) isReady = isServerReady(index, strict);
    last = index;
    return isReady;
  };
}

/**
 * Whether the server as a whole is ready: strictly, when every wanted version is; otherwise as soon as one is. With
 * nothing wanted there is nothing to wait for.
 */
export function isServerReady(index: readonly ReadinessEntry[], strict: boolean): boolean {
  const wanted = index.filter((entry) => entry.wanted);
  if (wanted.length === 0) return true;
  return strict
    ? wanted.every((entry) => entry.state === 'READY')
    : wanted.some((entry) => entry.state === 'READY');
}
