import type { Answer } from '#protocol/exchange.js';

/** What a page of another origin may send, beside what browsers send anyway. */
const REQUEST_HEADERS = [
  'authorization',
  'content-encoding',
  'content-type',
  'inference-header-content-length',
  'traceparent',
  'tracestate',
  'x-api-key',
  'x-request-timeout',
];

/** What it may read of an answer, beside what browsers let it read anyway. */
const EXPOSED_HEADERS = ['inference-header-content-length', 'retry-after', 'traceparent', 'www-authenticate'];

const MAX_AGE_SECONDS = 600;

/** Of a request, by lower-case names. */
type HeaderOf = (name: string) => string | undefined;

/** Whether a browser asks if a page of another origin may ask. */
export function isPreflight(method: string | undefined, header: HeaderOf): boolean {
  return (
    method === 'OPTIONS' &&
    header('origin') !== undefined &&
    header('access-control-request-method') !== undefined
  );
}

/**
 * What an answer says of the page that may read it. Cookies are never asked for, so no page acts as its user. Source: Fetch,
 * section "CORS protocol".
 *
 * @param allowed origins such as `https://app.example`, or `*`
 */
export function corsHeaders(
  allowed: readonly string[],
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (allowed.length === 0) return {};
  if (allowed.includes('*')) return { 'access-control-allow-origin': '*', ...EXPOSED };
  // Whatever keeps answers must not give that for one origin to another.
  if (origin === undefined || !allowed.includes(origin)) return { vary: 'origin' };
  return { 'access-control-allow-origin': origin, vary: 'origin', ...EXPOSED };
}

const EXPOSED = { 'access-control-expose-headers': EXPOSED_HEADERS.join(', ') };

/** The answer to a preflight. One for an origin that is not allowed says nothing, and the browser refuses the page. */
export function preflightAnswer(allowed: readonly string[], origin: string | undefined): Answer {
  const { 'access-control-expose-headers': _, ...cors } = corsHeaders(allowed, origin);
  const isAllowed = cors['access-control-allow-origin'] !== undefined;
  const granted: Readonly<Record<string, string>> = {
    'access-control-allow-methods': 'GET, HEAD, POST',
    'access-control-allow-headers': REQUEST_HEADERS.join(', '),
    'access-control-max-age': String(MAX_AGE_SECONDS),
  };
  return { status: 204, headers: isAllowed ? { ...cors, ...granted } : cors, body: new Uint8Array(0) };
}

/** An answer with these headers beside its own; what it varies by is added to. */
export function withCors(answer: Answer, cors: Readonly<Record<string, string>> | null): Answer {
  if (cors === null) return answer;
  const { vary, ...others } = cors;
  const varies = [answer.headers['vary'], vary].filter((each) => each !== undefined).join(', ');
  return { ...answer, headers: { ...answer.headers, ...others, ...(varies !== '' && { vary: varies }) } };
}
