import type { WallKind } from '#device/isolation.js';
import { NO_RESTARTS, type Restarts } from '#inference/restarts.js';
import type { Model } from './model.js';
import type { OpenVersion } from './open-version.js';
import type { IndexState } from './state.js';
import type { Traffic } from './traffic.js';
import type { VersionPolicy } from './version-policy.js';

/** All that is known of a model without its files: what its source says of it, and what has become of that. */
export interface ModelOverview {
  readonly name: string;
  /** Where it comes from, for people. */
  readonly source: string;
  /** Why its source cannot be used now; null where it can. */
  readonly fault: string | null;
  readonly policy: VersionPolicy;
  readonly labels: Readonly<Record<string, string>>;
  readonly traffic: Traffic;
  readonly versions: readonly VersionOverview[];
}

export interface VersionOverview {
  readonly version: string;
  readonly state: IndexState;
  /** Why it is so; empty where there is nothing to say. */
  readonly reason: string;
  readonly wanted: boolean;
  /** As in its metadata; null unless it is loaded, as for what follows. */
  readonly platform: string | null;
  readonly devices: readonly string[];
  /** Null for an ensemble as well, which has none. */
  readonly instances: number | null;
  /** On all devices together; null for an ensemble as well. */
  readonly memoryBytes: number | null;
  /** Rows of the requests that succeeded since it was loaded; 0 where it is not. */
  readonly inferenceCount: number;
  /** What its instances live in; null for an ensemble as well. */
  readonly isolation: WallKind | null;
  /** How often its instances were started again since it was loaded. */
  readonly restarts: Restarts;
}

/** A model as it is now. From memory only. */
export function overviewOf(model: Model): ModelOverview {
  const { name, source, fault, policy, labels, traffic } = model.offered;
  const known = model.index().filter(({ version }) => version !== '');
  const versions = known.map(({ version, state, reason, wanted }) => {
    const opened = model.named(version)?.opened ?? null;
    return { version, state, reason, wanted, ...(opened === null ? NOT_LOADED : factsOf(opened)) };
  });
  return { name, source, fault, policy, labels, traffic, versions };
}

type LoadedFacts = Pick<
  VersionOverview,
  'platform' | 'devices' | 'instances' | 'memoryBytes' | 'inferenceCount' | 'isolation' | 'restarts'
>;

const NOT_LOADED: LoadedFacts = {
  platform: null,
  devices: [],
  instances: null,
  memoryBytes: null,
  inferenceCount: 0,
  isolation: null,
  restarts: NO_RESTARTS,
};

function factsOf({
  metadata,
  deployment,
  devices,
  memory,
  counts,
  wall,
  restarts,
}: OpenVersion): LoadedFacts {
  const { places } = deployment;
  const hasOwn = places.length > 0;
  return {
    platform: metadata.platform,
    devices,
    instances: hasOwn ? places.reduce((sum, { instances }) => sum + instances, 0) : null,
    memoryBytes: hasOwn ? memory.reduce((sum, { bytes }) => sum + bytes, 0) : null,
    inferenceCount: counts.inferenceCount,
    isolation: wall,
    restarts,
  };
}
