import { matchesPattern } from './matches-pattern.js';
import type { ApiKey, CertificateRule, Policy } from './policy.js';

/** Somebody who is known, and how. */
export interface Identity {
  readonly name: string;
  readonly roles: readonly string[];
  /** When the credential ends, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null;
  readonly source: IdentitySource;
}

export type IdentitySource =
  | { readonly kind: 'key'; readonly sha256: string }
  | { readonly kind: 'token'; readonly issuer: string; readonly audience: string }
  | { readonly kind: 'certificate'; readonly names: readonly string[] };

export function identityOfKey({ name, roles, expiresAtMs, sha256 }: ApiKey): Identity {
  return { name, roles, expiresAtMs, source: { kind: 'key', sha256 } };
}

/**
 * Null where no rule knows any of the names. It is called by the first that one knows, and has the roles of all that do.
 *
 * @param names those of the certificate
 */
export function identityOfCertificate(
  rules: readonly CertificateRule[],
  names: readonly string[],
): Identity | null {
  const known = (rule: CertificateRule, name: string): boolean => matchesPattern(rule.name, name);
  const name = names.find((each) => rules.some((rule) => known(rule, each)));
  if (name === undefined) return null;
  const roles = rules.filter((rule) => names.some((each) => known(rule, each))).flatMap((rule) => rule.roles);
  return { name, roles: [...new Set(roles)], expiresAtMs: null, source: { kind: 'certificate', names } };
}

/** Who that is under other rules than those it was known by: null where these do not know it. */
export function identityUnder({ keys, tokens, certificates }: Policy, identity: Identity): Identity | null {
  const { source } = identity;
  switch (source.kind) {
    case 'key': {
      const key = keys.find(({ sha256 }) => sha256 === source.sha256);
      return key === undefined ? null : identityOfKey(key);
    }
    case 'token':
      return tokens?.issuer === source.issuer && tokens.audience === source.audience ? identity : null;
    case 'certificate':
      return identityOfCertificate(certificates, source.names);
  }
}
