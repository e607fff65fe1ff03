import { messageOf } from '#core/errors.js';

/**
 * What went wrong at a store, by what can be done about it:
 * - `transient`: the network, a server that is overloaded or restarts. Worth another try.
 * - `damaged`: what came is not what the store says it has. Worth one more try, from the beginning.
 * - `changed`: the object is not the version any more that was asked for.
 * - `missing`, `denied`, `refused`: no try will help.
 */
export type FaultKind = 'transient' | 'damaged' | 'changed' | 'missing' | 'denied' | 'refused';

/** A failure within a store. Its message is a part of a sentence; whoever knows the URL makes the sentence. */
export class StoreFault extends Error {
  readonly kind: FaultKind;
  /** How long the store wants to be left alone, in milliseconds; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    kind: FaultKind,
    message: string,
    { cause, retryAfterMs = null }: { cause?: unknown; retryAfterMs?: number | null } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreFault';
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What an HTTP status that is not a success means, with the store's own word for it. */
export function faultOfStatus(status: number, word = '', retryAfter: string | null = null): StoreFault {
  const message = `the store answers ${status}${word === '' ? '' : ` (${word})`}`;
  return new StoreFault(kindOfStatus(status), message, { retryAfterMs: retryAfterMsOf(retryAfter) });
}

function kindOfStatus(status: number): FaultKind {
  if (status === 404 || status === 410) return 'missing';
  if (status === 401 || status === 403) return 'denied';
  if (status === 412 || status === 416) return 'changed';
  if (status === 408 || status === 429 || status >= 500) return 'transient';
  return 'refused';
}

/** Seconds only: a date would be by the server's clock. */
function retryAfterMsOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) * 1000 : null;
}

/** What was thrown by a client that got no answer, or only part of one. */
export function faultOfConnection(thrown: unknown): StoreFault {
  if (thrown instanceof StoreFault) return thrown;
  const code = codeOf(thrown);
  const reason = reasonOf(thrown);
  return new StoreFault(isOfCertificates(code) ? 'refused' : 'transient', reason, { cause: thrown });
}

/** Certificates do not get better by asking again. */
function isOfCertificates(code: string): boolean {
  return /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_SSL/.test(code);
}

function codeOf(thrown: unknown): string {
  const { code } = innermost(thrown) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The text of what lies at the bottom, for what lies above only says that something failed. */
function reasonOf(thrown: unknown): string {
  const text = messageOf(innermost(thrown));
  return text === '' ? codeOf(thrown) || 'the connection failed' : text;
}

const DEEPEST = 8;

function innermost(thrown: unknown): Error | object {
  let at: unknown = thrown;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
    else if (at instanceof Error && at.cause instanceof Error) at = at.cause;
    else break;
  }
  return typeof at === 'object' && at !== null ? at : new Error(String(at));
}
