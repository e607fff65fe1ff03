import {
  type ApiKey,
  type CertificateRule,
  type Grant,
  TOKEN_ALGORITHMS,
  type TokenAlgorithm,
} from '#access/policy.js';
import { API_CATEGORIES, type ApiCategory } from '#core/api-category.js';
import { epochMsOf } from '#core/clock.js';
import { list, mapping, type Placed, placed } from './collections.js';
import { choice, integer, scalar, text } from './scalars.js';
import { optional, required, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

export const KEY_NAME_FORM = '1 to 64 of the characters A-Z a-z 0-9 _ . @ : / -';

export function isKeyName(text: string): boolean {
  return /^[\w.@:/-]{1,64}$/.test(text);
}

/** A name that stands in logs and messages as it is. */
const name: Schema<string> = text(KEY_NAME_FORM, (value) =>
  isKeyName(value) ? null : `expected ${KEY_NAME_FORM}`,
);

/** Never told what was found: it may be the key itself. */
const keyHash: Schema<string> = scalar('sha256: and 64 hexadecimal digits', (value) => {
  const [, digits] = /^sha256:([0-9a-f]{64})$/i.exec(value) ?? [];
  if (digits !== undefined) return { value: digits.toLowerCase() };
  return { fault: "expected sha256: and 64 hexadecimal digits, as 'furiosa keys new' prints them" };
});

const expiry: Schema<number> = scalar(
  'a date such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z',
  (value) => {
    const epochMs = epochMsOf(value);
    return epochMs === null ? null : { value: epochMs };
  },
);

/** Names of roles, each with its place: whether there are such roles is known when the whole file has been read. */
export const roleNames: Schema<readonly Placed<string>[]> = list(placed(nonEmpty));

/** What is said of somebody who has roles, which are not looked for yet. */
export type WithRoleNames<T> = Omit<T, 'roles'> & { readonly roles: readonly Placed<string>[] };

export const apiKey: Schema<Placed<WithRoleNames<ApiKey>>> = placed(
  mapping(
    'a mapping with name, hash and roles',
    {
      name: required(name, 'Who has the key; it stands in logs.'),
      hash: required(keyHash, 'What `furiosa keys new` prints: the SHA-256 of the key.'),
      roles: required(roleNames, 'What whoever has the key may do.'),
      expires: optional(
        expiry,
        'When the key ends: the beginning of that day in UTC, or that time.',
        'never',
      ),
    },
    ({ name, hash, roles, expires }) => ({ name, sha256: hash, roles, expiresAtMs: expires }),
  ),
);

export const certificate: Schema<WithRoleNames<CertificateRule>> = mapping(
  'a mapping with name and roles',
  {
    name: required(
      nonEmpty,
      "The certificate's subject or one of its alternative names; `*` stands for any text.",
    ),
    roles: required(roleNames, 'What whoever has such a certificate may do.'),
  },
  (values) => values,
);

const EVERYTHING = 'all';

const category = choice([...API_CATEGORIES, EVERYTHING]);

export const grant: Schema<Grant> = mapping(
  'a mapping with allow',
  {
    allow: required(list(category), `Parts of the API, or \`${EVERYTHING}\`: ${API_CATEGORIES.join(', ')}.`),
    models: optional(
      list(nonEmpty),
      'Names of models, where `*` stands for any text. Quotation marks around a `*` are needed.',
      '["*"]',
    ),
  },
  ({ allow, models }) => ({
    allow: allow.includes(EVERYTHING) ? API_CATEGORIES : (allow as readonly ApiCategory[]),
    models: models ?? ['*'],
  }),
);

/** An address of the web, of which only the form is looked at. */
const webAddress: Schema<string> = text('an address such as https://login.example/keys', (value) =>
  /^https?:\/\/[^\s/]+/.test(value) && URL.canParse(value)
    ? null
    : 'expected an address that begins with https:// or http://',
);

const algorithm = choice(TOKEN_ALGORITHMS);

/** The rules for tokens as they are written; null where nothing is said. */
export interface WrittenTokens {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks_url: string | null;
  readonly jwks_file: Placed<string> | null;
  readonly algorithms: readonly TokenAlgorithm[] | null;
  readonly roles_claim: string | null;
  readonly identity_claim: string | null;
  readonly clock_skew_seconds: number | null;
}

export const tokens: Schema<Placed<WrittenTokens>> = placed(
  mapping(
    'a mapping with issuer, audience and jwks_url or jwks_file',
    {
      issuer: required(nonEmpty, 'The claim `iss` of every token.'),
      audience: required(
        nonEmpty,
        'What the claim `aud` must have: the name of this server with the issuer.',
      ),
      jwks_url: optional(webAddress, "Where the issuer's public keys are; asked when a token comes."),
      jwks_file: optional(placed(nonEmpty), 'A file with these keys, in place of an address.'),
      algorithms: optional(
        list(algorithm),
        'Signatures that are taken. Those that both sides make with one secret are never taken.',
        TOKEN_ALGORITHMS.join(', '),
      ),
      roles_claim: optional(
        nonEmpty,
        'The claim with the roles: a list, or one text with spaces. Dots lead into claims: `realm_access.roles`.',
        'roles',
      ),
      identity_claim: optional(nonEmpty, 'The claim with the name that stands in logs.', 'sub'),
      clock_skew_seconds: optional(
        integer(0, 300),
        "How far the issuer's clock may be away from this one.",
        '30',
      ),
    },
    (values) => values,
  ),
);
