import { constants } from 'node:crypto';
import type { SecureContextOptions, TlsOptions as ServerTlsOptions } from 'node:tls';
import type { TlsIdentity } from './identity.js';
import type { TlsOptions } from './options.js';

/**
 * Source: Mozilla, Server Side TLS, "intermediate" of guideline 5.7: for every client of the last ten years. The DHE suites are left
 * out: they need parameters of their own, and who has no ECDHE has no TLS 1.2 worth the name.
 */
export const CIPHERS: readonly string[] = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** The same source. */
export const CURVES: readonly string[] = ['X25519', 'prime256v1', 'secp384r1'];

/** A connection that has not finished its handshake by then is ended. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

const { SSL_OP_NO_COMPRESSION, SSL_OP_NO_RENEGOTIATION, SSL_OP_PRIORITIZE_CHACHA } = constants;

/** What changes with the files, and what does not: a server takes both together. */
export function contextOptions({ cert, key, clientCa }: TlsIdentity): SecureContextOptions {
  return {
    cert,
    key,
    ...(clientCa === null ? {} : { ca: clientCa }),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS.join(':'),
    ecdhCurve: CURVES.join(':'),
    honorCipherOrder: true,
    // A client that prefers ChaCha20 has no instructions for AES.
    secureOptions: SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_PRIORITIZE_CHACHA,
  };
}

/** What of a server does not change with the files. */
export function handshakeOptions({ clientCaFile, clientAuth }: TlsOptions): ServerTlsOptions & {
  readonly handshakeTimeout: number;
} {
  return {
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    requestCert: clientCaFile !== null,
    rejectUnauthorized: clientCaFile !== null && clientAuth === 'require',
  };
}
