/** What `GET /v2/live` sends, as JSON. `src/protocol/rest/encode-live.ts` writes it. */

/** How often something took how long: one count for each of the bounds of the first frame, and one for longer. */
export interface LatencyCounts {
  readonly counts: readonly number[];
  readonly sum_ns: number;
}

export interface Total {
  readonly count: number;
  readonly ns: number;
}

export interface BatchStats {
  readonly batch_size: number;
  readonly compute_input: Total;
  readonly compute_infer: Total;
  readonly compute_output: Total;
}

/** Counted since the version was loaded; null where it is not. */
export interface VersionStats {
  readonly success: Total;
  readonly fail: Total;
  readonly failure_reasons: Readonly<Record<string, number>>;
  readonly queue: Total;
  readonly compute_input: Total;
  readonly compute_infer: Total;
  readonly compute_output: Total;
  readonly cache_hit: Total;
  readonly inference_count: number;
  readonly execution_count: number;
  readonly batch_stats: readonly BatchStats[];
  readonly latency: {
    readonly request: LatencyCounts;
    readonly queue: LatencyCounts;
    readonly compute_input: LatencyCounts;
    readonly compute_infer: LatencyCounts;
    readonly compute_output: LatencyCounts;
  };
  readonly waiting: { readonly requests: number; readonly oldest_ms: number };
  readonly recent_failures: readonly {
    readonly at_ms: number;
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface LiveVersion {
  readonly version: string;
  readonly state: 'UNAVAILABLE' | 'LOADING' | 'READY' | 'UNLOADING';
  readonly reason: string;
  readonly wanted: boolean;
  readonly platform: string | null;
  readonly devices: readonly string[];
  readonly instances: number | null;
  readonly memory_bytes: number | null;
  readonly inference_count: number;
  readonly isolation: 'thread' | 'process' | 'none' | null;
  /** By why. */
  readonly restarts: Readonly<Record<string, number>>;
  readonly stats: VersionStats | null;
}

/** As `GET /v2/repository/models` tells it, and what each version has done. */
export interface LiveModel {
  readonly name: string;
  readonly source: string;
  readonly fault: string | null;
  readonly policy: object;
  readonly labels: Readonly<Record<string, string>>;
  readonly split: Readonly<Record<string, number>> | null;
  readonly shadow: { readonly version: string; readonly percent: number } | null;
  readonly versions: readonly LiveVersion[];
}

export interface LiveServer {
  readonly name: string;
  readonly version: string;
  readonly ready: boolean;
  readonly uptime_ms: number;
  readonly cpu_ms: number;
  readonly resident_bytes: number;
}

/** As `GET /v2/devices` tells it. */
export type LiveDevice = Readonly<Record<string, unknown>> & { readonly name: string };

/**
 * One event. The first has everything; those after it only the models and devices that have changed, and the names of those that
 * are gone.
 */
export interface LiveFrame {
  readonly at_ms: number;
  readonly is_whole: boolean;
  /** Of all latencies, in milliseconds; in whole frames. */
  readonly latency_bounds_ms?: readonly number[];
  readonly server: LiveServer;
  readonly models: readonly LiveModel[];
  readonly gone_models: readonly string[];
  /** All of them, where anything about them changed. */
  readonly devices?: readonly LiveDevice[];
}
