/**
 * Milliseconds on the one clock that all threads of this process share: a `Clock` counts from when its own thread began.
 * Two threads agree to within 0.1 ms.
 */
export function sharedNow(): number {
  return performance.timeOrigin + performance.now();
}
