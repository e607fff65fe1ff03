/** What a caller shows to be known by. Never to be logged. */
export type Credential =
  | { readonly kind: 'key'; readonly secret: string }
  | { readonly kind: 'token'; readonly token: string };

/** Three parts of base64url, separated by dots (RFC 7515, section 3.1). */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

const BEARER = /^Bearer +(\S+)$/i;

/**
 * What the headers show; null for nothing. `Authorization` stands before `X-API-Key`. An `Authorization` of another kind than
 * `Bearer` is shown and not known: 'foreign'.
 *
 * @param header a header's value by its lower-case name
 * @param takesTokens whether what looks like a token is one
 */
export function credentialOf(
  header: (name: string) => string | undefined,
  takesTokens: boolean,
): Credential | 'foreign' | null {
  const authorization = header('authorization');
  if (authorization !== undefined && authorization !== '') {
    const [, word] = BEARER.exec(authorization.trim()) ?? [];
    if (word === undefined) return 'foreign';
    return takesTokens && TOKEN.test(word) ? { kind: 'token', token: word } : { kind: 'key', secret: word };
  }
  const key = header('x-api-key')?.trim() ?? '';
  return key === '' ? null : { kind: 'key', secret: key };
}
