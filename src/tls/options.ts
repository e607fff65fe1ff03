/** Whether a client may come without a certificate. One that it does show must be valid either way. */
export const CLIENT_AUTH = ['optional', 'require'] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

/** How the ports are secured, and with which files. */
export interface TlsOptions {
  /** Absolute. In PEM: the certificate of the server, and behind it those that lead to its root. */
  readonly certFile: string;
  /** Absolute. In PEM: the private key of the certificate, without a passphrase. */
  readonly keyFile: string;
  /** Absolute. In PEM: who may have signed certificates of clients. Null where clients are asked for none. */
  readonly clientCaFile: string | null;
  readonly clientAuth: ClientAuth;
  /** `grpc`: REST and metrics stay without TLS, as Triton's options mean it. */
  readonly covers: 'all' | 'grpc';
  /** For so long browsers are told to use https alone for this host, all of its ports (RFC 6797). 0 tells them nothing. */
  readonly hstsSeconds: number;
}
