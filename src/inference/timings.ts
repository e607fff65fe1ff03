/** Where a request's time went, in nanoseconds. */
export interface Timings {
  /** From submission until an instance took it. */
  readonly queuedNs: number;
  /** From being taken until the engine started: the way to the instance and the making of its inputs. */
  readonly inputNs: number;
  /** Inside the engine. */
  readonly runNs: number;
  /** From the engine's end until the answer was there. */
  readonly outputNs: number;
  /** Rows in the execution that this request was part of. */
  readonly batchRows: number;
}
