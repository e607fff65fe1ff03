import type { Placed } from '#config/collections.js';
import { type IsolationEntry, isolation, runTimeout } from '#config/isolation-keys.js';
import { scalarSpot } from '#config/node.js';
import type { Report } from '#config/report.js';

/** Ours among `parameters`: Triton has them for its Python models only, and by itself. */
const [ISOLATION, RUN_TIMEOUT] = ['isolation', 'run_timeout'] as const;

export function isIsolationParameter(key: string): boolean {
  return key === ISOLATION || key === RUN_TIMEOUT;
}

/** What `parameters` says of how the model is kept apart. */
export function isolationIn(
  parameters: Readonly<Record<string, Placed<string>>>,
  report: Report,
): IsolationEntry {
  const [wall, timeout] = [parameters[ISOLATION], parameters[RUN_TIMEOUT]];
  const seconds = timeout && runTimeout.read(scalarSpot(timeout.value, timeout.place), report);
  return {
    wall: (wall && isolation.read(scalarSpot(wall.value, wall.place), report)) ?? null,
    runTimeoutSeconds: timeout && seconds !== undefined ? { value: seconds, place: timeout.place } : null,
  };
}
