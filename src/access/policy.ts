import type { ApiCategory } from '#core/api-category.js';

/** Who may do what: the content of an `--auth-config` file, read and checked. Data only. */
export interface Policy {
  readonly keys: readonly ApiKey[];
  /** Null where no tokens are taken. */
  readonly tokens: TokenRules | null;
  readonly certificates: readonly CertificateRule[];
  readonly roles: Readonly<Record<string, readonly Grant[]>>;
  /** What whoever shows nothing may do. */
  readonly anonymous: readonly Grant[];
}

/** What a role allows: each of its grants by itself. */
export interface Grant {
  readonly allow: readonly ApiCategory[];
  /** Names of models, in which `*` stands for any text. */
  readonly models: readonly string[];
}

/** An API key as it is kept: whoever reads it cannot use it. */
export interface ApiKey {
  readonly name: string;
  /** The SHA-256 of the key, in hexadecimal digits. A key has too many bits to be guessed, so no slow hash is needed. */
  readonly sha256: string;
  readonly roles: readonly string[];
  /** Milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null;
}

/** Which JSON Web Tokens are taken (RFC 7519), and what they say. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer's public keys are. */
  readonly keys: KeySource;
  readonly algorithms: readonly TokenAlgorithm[];
  /** The claim that holds the names of roles: a list, or one text with spaces. */
  readonly rolesClaim: string;
  readonly identityClaim: string;
  /** How far the issuer's clock may be away from this one. */
  readonly clockSkewSeconds: number;
}

export type KeySource =
  | { readonly kind: 'url'; readonly url: string }
  /** A JSON Web Key Set (RFC 7517), as text. */
  | { readonly kind: 'set'; readonly json: string };

/** Signatures that are made with one key and checked with another: whoever can check one cannot make one. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export interface CertificateRule {
  /** A name of the certificate: its subject's or one of the alternative ones, in which `*` stands for any text. */
  readonly name: string;
  readonly roles: readonly string[];
}

/** What probes and the first look of a browser need, and tells nothing: what anybody may do unless a file says otherwise. */
export const OPEN_TO_ALL: readonly Grant[] = [{ allow: ['health', 'pages'], models: ['*'] }];
