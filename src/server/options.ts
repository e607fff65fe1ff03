import type { Credentials } from '#tls/credentials.js';
import type { KeptSockets } from './kept-sockets.js';

export interface ListenerOptions {
  readonly host: string;
  /** Origins of pages that may ask and read, or `*`; none where it is left out. */
  readonly corsOrigins?: readonly string[];
  /** 0 lets the system choose. */
  readonly port: number;
  /** The option that chooses another port, for a complaint; `--http-port` where it is left out. */
  readonly portOption?: string;
  /** Where listening sockets outlive the process; left out where they do not. */
  readonly sockets?: KeptSockets | undefined;
  /** A larger request body is refused with 413 before it is read. */
  readonly maxBodyBytes: number;
  /** A body that has not arrived by then is refused with 408. */
  readonly bodyTimeoutMs: number;
  /** With them the port speaks HTTP over TLS, and nothing else. */
  readonly tls?: Credentials | null;
}
