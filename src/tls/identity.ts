import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf } from '#core/errors.js';
import { type CertificateFacts, factsOf } from './certificate-facts.js';
import { contextOptions } from './context.js';
import type { TlsOptions } from './options.js';
import { pemBlocks, readPem } from './pem-files.js';

/** The files of a server, checked. */
export interface TlsIdentity {
  /** In PEM. */
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | null;
  /** Of the server's own certificate. */
  readonly facts: CertificateFacts;
}

/** What is wrong with one of the files. */
export interface IdentityFault {
  readonly at: 'cert' | 'key' | 'clientCa';
  /** What follows the name of the file: `is encrypted; …`. */
  readonly fault: string;
}

/** Reads the files and holds them against each other and the time. The first fault is told. */
export function readIdentity(options: TlsOptions, epochMs: number): TlsIdentity | IdentityFault {
  const cert = readCertificates(options.certFile, 'cert');
  if ('fault' in cert) return cert;
  const facts = factsOf(cert.first);
  const untimely = untimelyFault(facts, epochMs);
  if (untimely !== null) return { at: 'cert', fault: untimely };
  const key = readKey(options.keyFile);
  if ('fault' in key) return key;
  if (!cert.first.checkPrivateKey(key.key))
    return { at: 'key', fault: `is not the key of the certificate in ${options.certFile}` };
  let clientCa: string | null = null;
  if (options.clientCaFile !== null) {
    const read = readCertificates(options.clientCaFile, 'clientCa');
    if ('fault' in read) return read;
    clientCa = read.text;
  }
  const identity = { cert: cert.text, key: key.text, clientCa, facts };
  try {
    createSecureContext(contextOptions(identity));
  } catch (thrown) {
    // For instance a key that is too short for what is safe today.
    return { at: 'cert', fault: `cannot be used for TLS: ${messageOf(thrown)}` };
  }
  return identity;
}

/** What is wrong with a certificate at this time, or null. */
export function untimelyFault(
  { validFromMs, expiresAtMs, validFrom, expires }: CertificateFacts,
  epochMs: number,
): string | null {
  if (epochMs > expiresAtMs) return `has expired: it was valid until ${expires}`;
  if (epochMs < validFromMs) return `is not valid yet: it will be from ${validFrom}`;
  return null;
}

function readCertificates(
  path: string,
  at: IdentityFault['at'],
): { readonly text: string; readonly first: X509Certificate } | IdentityFault {
  const read = readPem(path);
  if ('fault' in read) return { at, ...read };
  const blocks = pemBlocks(read.text, 'CERTIFICATE');
  const found: X509Certificate[] = [];
  for (const block of blocks) {
    try {
      found.push(new X509Certificate(block));
    } catch {
      return {
        at,
        fault: `holds a certificate that cannot be read, the ${ordinal(found.length)} of ${blocks.length}`,
      };
    }
  }
  const [first] = found;
  if (first === undefined) {
    const hint = read.text.includes('PRIVATE KEY-----') ? ', found a private key' : '';
    return { at, fault: `holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----${hint}` };
  }
  return { text: blocks.join('\n'), first };
}

function readKey(path: string): { readonly text: string; readonly key: KeyObject } | IdentityFault {
  const read = readPem(path);
  if ('fault' in read) return { at: 'key', ...read };
  const { text } = read;
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    const fault = `is encrypted; expected a key without a passphrase, as 'openssl pkey -in ENCRYPTED -out PLAIN' makes one`;
    return { at: 'key', fault };
  }
  try {
    return { text, key: createPrivateKey(text) };
  } catch {
    const hint = text.includes('BEGIN CERTIFICATE') ? ', found a certificate' : '';
    return {
      at: 'key',
      fault: `holds no private key that can be read; expected PEM, -----BEGIN PRIVATE KEY-----${hint}`,
    };
  }
}

function ordinal(index: number): string {
  return ['first', 'second', 'third', 'fourth'][index] ?? `${index + 1}th`;
}
