import { type Grant, OPEN_TO_ALL, type Policy, TOKEN_ALGORITHMS, type TokenRules } from '#access/policy.js';
import {
  apiKey,
  certificate,
  grant,
  roleNames,
  tokens,
  type WithRoleNames,
  type WrittenTokens,
} from './auth-keys.js';
import { type At, dictionary, list, mapping, type Placed } from './collections.js';
import type { ConfigFile } from './config-file.js';
import { quoted } from './node.js';
import { locate } from './paths.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { didYouMean, optional, type Schema, type ValuesOf } from './schema.js';
import { readTextFile, type TextKind } from './text-file.js';

const KEY_SET: TextKind = { what: 'a key set', maxBytes: 1024 * 1024 };

const AUTH_KEYS = {
  keys: optional(list(apiKey, 10_000), 'API keys.'),
  jwt: optional(tokens, 'Which JSON Web Tokens are taken, for instance those of OpenID Connect.'),
  certificates: optional(list(certificate), 'Client certificates that are known, where there is mutual TLS.'),
  roles: optional(
    dictionary(list(grant)),
    'By its name, what a role allows: a list of `allow` and `models`, each of which stands by itself.',
  ),
  anonymous: optional(
    roleNames,
    'The roles of whoever shows nothing, and of everybody else. Without this key: `health` and `pages`.',
  ),
};

type Written = ValuesOf<typeof AUTH_KEYS>;

/** What the file says, before the files that it names are read. */
export interface AuthFile {
  readonly policy: Omit<Policy, 'tokens'>;
  readonly jwt: Placed<WrittenTokens> | null;
}

export const authFile: Schema<AuthFile> = mapping(
  'a mapping with keys, jwt, certificates, roles and anonymous',
  AUTH_KEYS,
  build,
);

/** Reads an `--auth-config` file. Null after reporting why it cannot be used. */
export function readAuthFile(file: ConfigFile, cwd: string, report: Report): Policy | null {
  const read = authFile.read(file.spot, report);
  if (read === undefined) return null;
  const { policy, jwt } = read;
  if (jwt === null) return { ...policy, tokens: null };
  const tokens = tokenRules(jwt, file.folder, cwd, report);
  return tokens === null ? null : { ...policy, tokens };
}

function build(values: Written, at: At<typeof AUTH_KEYS>, report: Report): AuthFile {
  const roles = values.roles ?? {};
  const names = (placed: readonly Placed<string>[]): readonly string[] => {
    for (const { value, place } of placed) checkRole(value, place, Object.keys(roles), report);
    return placed.map(({ value }) => value);
  };
  const named = <T>(entry: WithRoleNames<T>): Omit<T, 'roles'> & { readonly roles: readonly string[] } => ({
    ...entry,
    roles: names(entry.roles),
  });
  const { keys = null, certificates = null, jwt, anonymous } = values;
  checkTwice(keys ?? [], report);
  if ((keys ?? []).length === 0 && jwt === null && (certificates ?? []).length === 0)
    report.warning(at(), 'it has neither keys nor jwt nor certificates, so that nobody can be known');
  const policy = {
    keys: (keys ?? []).map(({ value }) => named(value)),
    certificates: (certificates ?? []).map((each) => named(each)),
    roles,
    anonymous: anonymous === null ? OPEN_TO_ALL : grantsOf(names(anonymous), roles),
  };
  return { policy, jwt };
}

function grantsOf(names: readonly string[], roles: Policy['roles']): readonly Grant[] {
  return names.flatMap((name) => (Object.hasOwn(roles, name) ? (roles[name] ?? []) : []));
}

function checkRole(name: string, place: Place, known: readonly string[], report: Report): void {
  if (known.includes(name)) return;
  const listed = known.length === 0 ? 'there are none' : `the roles are ${known.join(', ')}`;
  report.problem(place, `there is no role ${quoted(name)}${didYouMean(name, known) || `; ${listed}`}`);
}

function checkTwice(keys: readonly Placed<{ name: string; sha256: string }>[], report: Report): void {
  const names = new Set<string>();
  const hashes = new Set<string>();
  for (const { value, place } of keys) {
    if (names.has(value.name)) report.problem(place, `there are two keys of the name ${quoted(value.name)}`);
    else if (hashes.has(value.sha256)) report.problem(place, 'the same hash stands at another key');
    names.add(value.name);
    hashes.add(value.sha256);
  }
}

/** Null after reporting what is wrong. */
function tokenRules(
  { value, place }: Placed<WrittenTokens>,
  folder: string,
  cwd: string,
  report: Report,
): TokenRules | null {
  const { jwks_url: url, jwks_file: file } = value;
  if ((url === null) === (file === null)) {
    report.problem(place, 'expected one of jwks_url and jwks_file');
    return null;
  }
  if (url !== null) warnOfPlainAddress(url, place, report);
  const keys = file === null ? { kind: 'url' as const, url: url ?? '' } : keySet(file, folder, cwd, report);
  if (keys === null) return null;
  return {
    issuer: value.issuer,
    audience: value.audience,
    keys,
    algorithms: value.algorithms ?? TOKEN_ALGORITHMS,
    rolesClaim: value.roles_claim ?? 'roles',
    identityClaim: value.identity_claim ?? 'sub',
    clockSkewSeconds: value.clock_skew_seconds ?? 30,
  };
}

function warnOfPlainAddress(url: string, place: Place, report: Report): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return;
  report.warning(place, 'jwks_url is not https: whoever is between can put keys of their own there');
}

function keySet(
  { value, place }: Placed<string>,
  folder: string,
  cwd: string,
  report: Report,
): { readonly kind: 'set'; readonly json: string } | null {
  const read = readTextFile(locate(value, folder, cwd), KEY_SET);
  const fault = 'fault' in read ? read.fault : isKeySet(read.text) ? null : NO_KEY_SET;
  if (fault === null && 'text' in read) return { kind: 'set', json: read.text };
  report.problem(place, `${value} ${fault}`);
  return null;
}

const NO_KEY_SET = 'is not a JSON Web Key Set: expected {"keys": [...]}';

function isKeySet(text: string): boolean {
  try {
    const set: unknown = JSON.parse(text);
    return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys);
  } catch {
    return false;
  }
}
