import { type Isolation, WALLS, type WallKind } from '#device/isolation.js';
import { type Placed, placed } from './collections.js';
import type { Report } from './report.js';
import { choice, number } from './scalars.js';
import { type Key, optional, type Schema, type ValuesOf } from './schema.js';

/** How a model is to be kept apart, as far as it was written. */
export interface IsolationEntry {
  readonly wall: WallKind | null;
  readonly runTimeoutSeconds: Placed<number> | null;
  readonly loadTimeoutSeconds: number | null;
}

export const NO_ISOLATION_ENTRY: IsolationEntry = {
  wall: null,
  runTimeoutSeconds: null,
  loadTimeoutSeconds: null,
};

export const isolation: Schema<WallKind> = choice(WALLS);
/** At most a day: whoever waits longer waits for ever. */
export const seconds: Schema<number> = number(0.001, 86_400);

export const isolationKeys: {
  readonly isolation: Key<WallKind | null>;
  readonly run_timeout: Key<Placed<number> | null>;
  readonly load_timeout: Key<number | null>;
} = {
  isolation: optional(
    isolation,
    'Whether a copy of the model runs in a [thread](isolation.md) of the server, in a process of its own, or, with `none`, in the thread that reads requests.',
    "the server's",
  ),
  run_timeout: optional(
    placed(seconds),
    'Seconds after which a run is taken for a hang, and its process ended; for `isolation: process`.',
    'none',
  ),
  load_timeout: optional(
    seconds,
    'Seconds after which a load that has not come to its end has failed; it ends a process, and a thread [goes on](isolation.md#when-it-hangs).',
    'none',
  ),
};

export function isolationEntry(values: ValuesOf<typeof isolationKeys>): IsolationEntry {
  return {
    wall: values.isolation,
    runTimeoutSeconds: values.run_timeout,
    loadTimeoutSeconds: values.load_timeout,
  };
}

/** Everything filled in. Reports a timeout that nobody could keep. */
export function isolationOf(
  { wall, runTimeoutSeconds, loadTimeoutSeconds }: IsolationEntry,
  byDefault: WallKind,
  report: Report,
): Isolation {
  const effective = wall ?? byDefault;
  const loadTimeoutMs = loadTimeoutSeconds === null ? null : loadTimeoutSeconds * 1000;
  if (runTimeoutSeconds === null) return { wall: effective, runTimeoutMs: null, loadTimeoutMs };
  if (effective !== 'process') {
    report.problem(
      runTimeoutSeconds.place,
      'only a process can be ended in the middle of a run; expected isolation: process beside it',
    );
  }
  return { wall: effective, runTimeoutMs: runTimeoutSeconds.value * 1000, loadTimeoutMs };
}
