import type { RunTime } from './run-cost.js';

/** What one model costs on one kind of machine, as it was measured there. */
export interface ModelProfile {
  readonly model: string;
  readonly version: string;
  /** How long runs took, by their rows; one at least. */
  readonly runs: readonly RunTime[];
  /** The largest batch that is worth it, or is allowed; 1 where requests run alone. */
  readonly mostRows: number;
  /** Copies of the model that the server had, and the threads of each. */
  readonly instances: number;
  readonly threads: number;
  /** Cores that the server might use. */
  readonly cores: number;
  /** What a request costs the server's main thread, which reads, schedules and answers; null where it was not measured. */
  readonly aroundMs: number | null;
  /** How long requests took that were alone in the server, as a client saw it; ascending. Empty where it was not measured. */
  readonly aloneMs: readonly number[];
  /** Of each instance; null where it is not known. */
  readonly instanceBytes: number | null;
  /** Of the process without models. */
  readonly processBytes: number;
  /** Of one request and its answer; null where it is not known. */
  readonly requestBytes: number | null;
  readonly answerBytes: number | null;
}
