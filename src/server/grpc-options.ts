import type { Credentials } from '#tls/credentials.js';
import type { KeptSockets } from './kept-sockets.js';

export interface GrpcListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Where listening sockets outlive the process; left out where they do not. */
  readonly sockets?: KeptSockets | undefined;
  /** A larger message, or one that decompresses to more, is refused. */
  readonly maxMessageBytes: number;
  /** A message that has begun and is not whole by then is given up. */
  readonly messageTimeoutMs: number;
  /** How hard large answers are compressed, for callers that take them so. */
  readonly responseCompression: ResponseCompression;
  /** With them the port speaks TLS, and nothing else. */
  readonly tls?: Credentials | null;
}

/** Triton's words. */
export type ResponseCompression = 'none' | 'low' | 'medium' | 'high';
