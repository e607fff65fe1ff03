import type { X509Certificate } from 'node:crypto';

/** What people and their programs want to know of a certificate. */
export interface CertificateFacts {
  /** As RFC 4514 writes it, the most specific part first: `CN=models,O=House`. Empty where it has none. */
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validFromMs: number;
  readonly expiresAtMs: number;
  /** The same as people read it, for instance `Nov 23 19:32:55 2027 GMT`. */
  readonly validFrom: string;
  readonly expires: string;
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const { subject, validFrom, validTo } = certificate;
  return {
    subject: subjectOf(subject),
    validFromMs: epochMsOf(validFrom),
    expiresAtMs: epochMsOf(validTo),
    validFrom: validFrom.replace(/ +/g, ' '),
    expires: validTo.replace(/ +/g, ' '),
  };
}

function epochMsOf(text: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: it reads a time, and does not ask for the present one
  return Date.parse(text);
}

/**
 * A name as RFC 4514 writes it. Node has a line for each part, the most general first, in which commas and control characters are
 * escaped, so that no part can pretend to be two.
 *
 * @param subject `subject` of an X509Certificate, which is undefined where the certificate has none, whatever its type says
 */
export function subjectOf(subject: string | undefined): string {
  return (subject ?? '').split('\n').reverse().join(',');
}

/** The kinds of name that stand for somebody; others are left out. */
const KINDS: ReadonlySet<string> = new Set(['DNS', 'URI', 'email', 'IP Address']);

/**
 * The names of a certificate, without their kind: `client.house`, `spiffe://house/client`, `ann@house`, `10.0.0.7`.
 *
 * @param text `subjectAltName` of an X509Certificate: `DNS:a, URI:"b, c"`. A value that holds more than plain characters is JSON.
 */
export function namesOf(text: string | undefined): readonly string[] {
  const names: string[] = [];
  for (const [, kind = '', value = ''] of (text ?? '').matchAll(
    /([^:,]+?):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g,
  ))
    if (KINDS.has(kind)) names.push(value.startsWith('"') ? (JSON.parse(value) as string) : value);
  return names;
}
