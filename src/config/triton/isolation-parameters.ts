import type { Placed } from '#config/collections.js';
import { type IsolationEntry, isolation, seconds } from '#config/isolation-keys.js';
import { scalarSpot } from '#config/node.js';
import type { Report } from '#config/report.js';

/** Ours among `parameters`: Triton has them for its Python models only, and by itself. */
const [ISOLATION, RUN_TIMEOUT, LOAD_TIMEOUT] = ['isolation', 'run_timeout', 'load_timeout'] as const;

export function isIsolationParameter(key: string): boolean {
  return key === ISOLATION || key === RUN_TIMEOUT || key === LOAD_TIMEOUT;
}

/** What `parameters` says of how the model is kept apart. */
export function isolationIn(
  parameters: Readonly<Record<string, Placed<string>>>,
  report: Report,
): IsolationEntry {
  const [wall, run, load] = [parameters[ISOLATION], parameters[RUN_TIMEOUT], parameters[LOAD_TIMEOUT]];
  const read = (given: Placed<string> | undefined): number | undefined =>
    given && seconds.read(scalarSpot(given.value, given.place), report);
  const runSeconds = read(run);
  return {
    wall: (wall && isolation.read(scalarSpot(wall.value, wall.place), report)) ?? null,
    runTimeoutSeconds: run && runSeconds !== undefined ? { value: runSeconds, place: run.place } : null,
    loadTimeoutSeconds: read(load) ?? null,
  };
}
