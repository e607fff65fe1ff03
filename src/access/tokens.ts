import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { clip } from '#core/clip.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Identity } from './identity.js';
import type { KeySource, TokenRules } from './policy.js';

const log = loggerOf('access::tokens');

/** An issuer's keys are fetched again for a token that none of them made, but not more often than that. */
export const KEYS_COOLDOWN_MS = 30_000;
const KEYS_TIMEOUT_MS = 5_000;
/** An issuer whose key was lost takes it away: no key is believed for longer. */
const KEYS_MAX_AGE_MS = 10 * 60_000;

/** A token that is not valid; the text says why, as the rest of "the token is not valid: ...". */
export class TokenFault {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type VerifyToken = (token: string) => Promise<Identity | TokenFault>;

/** Checks tokens by these rules. The answer rejects with UNAVAILABLE where the issuer's keys cannot be had. */
export function tokenVerifier(rules: TokenRules, cooldownMs: number = KEYS_COOLDOWN_MS): VerifyToken {
  const keys = keysOf(rules.keys, cooldownMs);
  const { issuer, audience } = rules;
  const options = {
    issuer,
    audience,
    algorithms: [...rules.algorithms],
    clockTolerance: rules.clockSkewSeconds,
    requiredClaims: ['exp'],
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, options);
      return identityOf(payload, rules);
    } catch (thrown) {
      const fault = faultOf(thrown);
      if (fault !== null) return new TokenFault(fault);
      log.error(`the keys of the issuer '${issuer}' cannot be had: ${messageOf(thrown)}`);
      const text = `tokens cannot be checked now: the keys of the issuer '${issuer}' cannot be had`;
      throw new ServingError('UNAVAILABLE', text, { cause: thrown });
    }
  };
}

function keysOf(source: KeySource, cooldownDuration: number): JWTVerifyGetKey {
  if (source.kind === 'set') return createLocalJWKSet(JSON.parse(source.json));
  return createRemoteJWKSet(new URL(source.url), {
    cooldownDuration,
    timeoutDuration: KEYS_TIMEOUT_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
  });
}

/** Longer names are nobody's. */
const MAX_NAME_LENGTH = 128;

function identityOf(payload: JWTPayload, rules: TokenRules): Identity | TokenFault {
  const { rolesClaim, identityClaim, issuer, audience } = rules;
  const name = claimOf(payload, identityClaim);
  if (typeof name !== 'string' || name === '')
    return new TokenFault(`its claim '${identityClaim}' is no text`);
  return {
    name: clip(name, MAX_NAME_LENGTH),
    roles: rolesOf(claimOf(payload, rolesClaim)),
    // The rest of what was allowed for clocks that differ.
    expiresAtMs: ((payload.exp ?? 0) + rules.clockSkewSeconds) * 1000,
    source: { kind: 'token', issuer, audience },
  };
}

/** The claim of that name; or with dots, as in `realm_access.roles`, the one inside of others. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  let found: unknown = payload;
  for (const step of name.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}

function rolesOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((role) => role !== '');
  return Array.isArray(claim) ? claim.filter((role) => typeof role === 'string') : [];
}

/** Why a token is not valid, of which nothing is told that it holds; null where that could not be found out. */
function faultOf(thrown: unknown): string | null {
  if (thrown instanceof errors.JWTExpired) return 'it has expired';
  if (thrown instanceof errors.JWTClaimValidationFailed)
    return CLAIM_FAULTS[thrown.claim] ?? 'a claim is missing';
  if (thrown instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not allowed';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  if (thrown instanceof errors.JWKSNoMatchingKey || thrown instanceof errors.JWKSMultipleMatchingKeys)
    return "it was not made with any of the issuer's keys";
  if (thrown instanceof errors.JWSInvalid || thrown instanceof errors.JWTInvalid)
    return 'it is not a signed JSON Web Token';
  // Its own head may ask for what is not known: an algorithm, or an extension.
  if (thrown instanceof errors.JOSENotSupported) return 'it asks for something that is not supported';
  return null;
}

const CLAIM_FAULTS: Readonly<Record<string, string>> = {
  iss: 'it is from another issuer',
  aud: 'it is for another audience',
  nbf: 'it is not valid yet',
  exp: 'it does not say when it expires',
};
