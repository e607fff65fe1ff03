import { hrtime } from 'node:process';

/**
 * Milliseconds on the one clock that all threads and processes of this host share, and that nobody sets: a `Clock` counts
 * from when its own thread began.
 */
export function sharedNow(): number {
  const [seconds, ns] = hrtime();
  return seconds * 1e3 + ns / 1e6;
}
