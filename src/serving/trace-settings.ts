import type { TraceLevel } from '#core/trace-level.js';

/** What of the requests is traced. */
export interface TraceSettings {
  /** Where traces are written; empty where the server was started without a trace file. */
  readonly file: string;
  /** Empty for none. */
  readonly levels: readonly TraceLevel[];
  /** One request of so many is traced. */
  readonly rate: number;
  /** So many more are traced; -1 for any number. */
  readonly count: number;
  /** Traces in each file of a series; 0 for one file without an end. */
  readonly logFrequency: number;
}

/** New settings. What is left out stays, and null goes back: a model's to that of all models, theirs to the start's. */
export type TraceChange = {
  readonly [K in Exclude<keyof TraceSettings, 'file'>]?: TraceSettings[K] | null;
};
