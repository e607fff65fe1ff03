import { createHash } from 'node:crypto';
import type { Answer, Exchange } from '#protocol/exchange.js';

/** Something that a browser loads: never changing while the server runs. */
export interface Asset {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Weak, because the answer may be compressed on its way. */
  readonly etag: string;
}

/** What the page may do: load what comes from here, ask this server, and nothing else. The viewer's pictures are in its style. */
const POLICY: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** @param allowances directives that stand instead of those of their names, or beside the others */
export function assetOf(body: Uint8Array, contentType: string, allowances: readonly string[] = []): Asset {
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'content-type': contentType,
    'cache-control': 'no-cache',
    'content-security-policy': policyWith(allowances),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    etag,
  };
  return { body, headers, etag };
}

function policyWith(allowances: readonly string[]): string {
  const nameOf = (directive: string): string => directive.split(' ', 1)[0] ?? '';
  const named = new Set(allowances.map(nameOf));
  return [...POLICY.filter((directive) => !named.has(nameOf(directive))), ...allowances].join('; ');
}

const NOTHING = new Uint8Array(0);

/** The asset, or 304 where the browser has it. */
export function answerWith({ body, headers, etag }: Asset, exchange: Pick<Exchange, 'header'>): Answer {
  const known = exchange.header('if-none-match') ?? '';
  const isKnown = known.trim() === '*' || known.split(',').some((each) => each.trim() === etag);
  return isKnown
    ? { status: 304, headers, body: NOTHING }
    : { status: 200, headers, body, isCompressible: true };
}
