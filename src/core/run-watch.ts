import type { SpanRef } from './span-ref.js';

/** One run of a model with the requests that were in it. Whoever watches one of them is given the same object. */
export interface Run {
  /** The clock's time in milliseconds at which an instance took it. */
  readonly takenAt: number;
  /** Nanoseconds until the engine began, inside of it, and until the outputs were there. */
  readonly inputNs: number;
  readonly runNs: number;
  readonly outputNs: number;
  /** Of all requests in it. */
  readonly rows: number;
  readonly requests: number;
  /** What ran it. */
  readonly instance: string;
  /** Why it failed, or null. What is not known of a run that failed counts as time before the engine began. */
  readonly error: string | null;
  /** Those of the requests that are watched. */
  readonly watches: readonly RunWatch[];
}

/** Hears what becomes of one request behind the door of its model. */
export interface RunWatch {
  /** What the request is in its trace: its own span, or that of one step of it. */
  readonly span: SpanRef;
  /** The request was in this run, and had waited for it since then. A request of many rows is in several. */
  ran(run: Run, waitedSince: number): void;
  /** The watch of one step of an ensemble, which begins now. */
  step(model: { readonly name: string; readonly version: string }): StepWatch;
}

export interface StepWatch extends RunWatch {
  /** To be called once; `error` is null where it ended well. */
  end(error: string | null): void;
}
