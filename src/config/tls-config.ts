import type { ClientAuth } from '#tls/options.js';
import { mapping } from './collections.js';
import type { Place } from './problem.js';
import { optional, type Schema } from './schema.js';
import { clientAuth, hstsSeconds, nonEmpty } from './values.js';

const keys = {
  cert: optional(nonEmpty, 'The certificate of the server in PEM, with those that lead to its root.'),
  key: optional(nonEmpty, 'The private key of that certificate in PEM, without a passphrase.'),
  client_ca: optional(
    nonEmpty,
    'Certificates in PEM of those who sign certificates of clients; clients are asked for one.',
  ),
  client_auth: optional(clientAuth, 'Whether clients may come without a certificate.', 'require'),
  hsts_seconds: optional(
    hstsSeconds,
    'For so long browsers use https alone for all ports of this host; 0 tells them nothing.',
    '0',
  ),
};

/** What the server file says of TLS; null where it says nothing. */
export interface TlsConfig {
  readonly cert: string | null;
  readonly key: string | null;
  readonly clientCa: string | null;
  readonly clientAuth: ClientAuth | null;
  readonly hstsSeconds: number | null;
  /** Where a key is said, or would be. */
  readonly at: (key: 'cert' | 'key' | 'client_ca' | 'client_auth' | 'hsts_seconds') => Place;
}

/** The block of the server file. */
export const tlsBlock: Schema<TlsConfig> = mapping('a mapping with cert and key', keys, (values, at) => ({
  cert: values.cert,
  key: values.key,
  clientCa: values.client_ca,
  clientAuth: values.client_auth,
  hstsSeconds: values.hsts_seconds,
  at,
}));
