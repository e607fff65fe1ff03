import type { VersionFigures } from '#inference/version-figures.js';

/** Where the figures of a server are read. Asked at every scrape, and at no other time. */
export interface MetricSources {
  server(): ServerFigures;
  /** Every version that is known. */
  versions(): readonly VersionFigures[];
  /** Looks at the devices anew: temperatures, and who has them. */
  devices(): Promise<readonly DeviceFigures[]>;
}

/** The server as a whole. */
export interface ServerFigures {
  readonly version: string;
  readonly isReady: boolean;
  /** Inference requests that wait, run or are being answered. */
  readonly requestsInside: number;
  /** What this process may use: the machine's memory, or the limit of its cgroup. */
  readonly memoryLimitBytes: number;
  /** The same of processors. */
  readonly cpus: number;
  readonly reloads: ReloadFigures;
  /** The places that models come from. */
  readonly sources: readonly SourceFigures[];
  /** Of the certificate that new connections see, in milliseconds since 1970; null where no port speaks TLS. */
  readonly certificateExpiresAtMs: number | null;
  /** Crashes that a supervisor has mended. */
  readonly restarts: number;
  readonly limits: LimitFigures;
}

export interface SourceFigures {
  readonly name: string;
  /** Whether it could be looked at the last time. */
  readonly isUp: boolean;
}

/** What requests and connections take of what they may. */
export interface LimitFigures {
  /** Of requests that are not answered yet. */
  readonly inflightBytes: number;
  readonly maxInflightBytes: number;
  /** Open on all ports. */
  readonly connections: number;
  readonly maxConnections: number;
  /** By reason. */
  readonly refusedRequests: ReadonlyMap<string, number>;
  /** By reason; those that were ended are among them. */
  readonly refusedConnections: ReadonlyMap<string, number>;
}

export interface ReloadFigures {
  readonly succeeded: number;
  readonly failed: number;
  /** Milliseconds since 1970; null until the configuration was first taken. */
  readonly lastSuccessMs: number | null;
  readonly isLastGood: boolean;
}

/** One device: a PE of a card, or the processor. */
export interface DeviceFigures {
  readonly name: string;
  readonly kind: string;
  readonly arch: string | null;
  readonly simulated: boolean;
  readonly temperatureCelsius: number | null;
  /** Who has it; null where it is free or shared. */
  readonly holder: string | null;
}
