/** What readiness is decided from. */
export interface ReadinessEntry {
  /** Of the model. */
  readonly name: string;
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
 * Whether the server as a whole is ready: strictly, when every wanted version is, or one that goes on serving until a new
 * one can take its place; otherwise as soon as one is. With nothing wanted there is nothing to wait for.
 */
export function isServerReady(index: readonly ReadinessEntry[], strict: boolean): boolean {
  const wanted = index.filter((entry) => entry.wanted);
  if (wanted.length === 0) return true;
  const standIns = new Set(
    index.flatMap(({ name, state, wanted }) => (state === 'READY' && !wanted ? [name] : [])),
  );
  const isServed = ({ name, state }: ReadinessEntry): boolean => state === 'READY' || standIns.has(name);
  return strict ? wanted.every(isServed) : wanted.some(isServed);
}
