import type { TraceLevel } from '#core/trace-level.js';
import type { TraceMode } from '#core/trace-mode.js';

/** What of the requests is traced. */
export interface TraceSettings {
  /** As the server was started. */
  readonly mode: TraceMode;
  /** Where traces are written; empty where the server was started without a trace file. */
  readonly file: string;
  /** Empty for none. */
  readonly levels: readonly TraceLevel[];
  /** One request of so many is traced; 0 for those only whose caller traces them, which is for spans alone. */
  readonly rate: number;
  /** So many more are traced; -1 for any number. */
  readonly count: number;
  /** Traces in each file of a series; 0 for one file without an end. */
  readonly logFrequency: number;
}

/** New settings. What is left out stays, and null goes back: a model's to that of all models, theirs to the start's. */
export type TraceChange = {
  readonly [K in Exclude<keyof TraceSettings, 'file' | 'mode'>]?: TraceSettings[K] | null;
} & {
  /** May be said, and cannot be changed. */
  readonly mode?: TraceMode;
};
