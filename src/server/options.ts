export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** A larger request body is refused with 413 before it is read. */
  readonly maxBodyBytes: number;
  /** A body that has not arrived by then is refused with 408. */
  readonly bodyTimeoutMs: number;
}
