import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { messageOf } from '#core/errors.js';
import { type ClientTls, NO_CLIENT_TLS } from './client-tls.js';
import { operationFailed } from './command-failure.js';

/** What a command asks of a running server. */
export interface Question {
  readonly method: 'GET' | 'POST';
  /** Below the server's address, for instance `v2/devices`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** How long an answer may take; null where it takes as long as the work does. */
  readonly limitMs: number | null;
  /** Takes the first of a stream of events for the whole answer. */
  readonly isFirstEvent?: boolean;
  /** Shown to the server, and never to anybody else; left out where there is none. */
  readonly apiKey?: string | undefined;
  /** Gives the question up. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  /** What was asked, for messages. */
  readonly url: string;
  readonly status: number;
  /** Null for what is not JSON: whatever was expected, it is not that. */
  readonly body: unknown;
}

/** Others see the words of a command, and not its environment. */
export const KEY_VARIABLE = 'FURIOSA_API_KEY';

/** A server that is alive answers from memory; one that takes longer is not well. */
export const READ_LIMIT_MS = 10_000;

/**
 * The server's answer, whatever its status. Throws a `CommandFailure` in the command's name, such as `furiosa devices`,
 * when there is none. Node's own client rather than `fetch`, which gives up a load after five minutes.
 */
export async function askServer(
  command: string,
  serverUrl: string,
  question: Question,
  tls: ClientTls = NO_CLIENT_TLS,
): Promise<Answer> {
  const url = new URL(question.path, serverUrl.endsWith('/') ? serverUrl : `${serverUrl}/`);
  const shown = withoutPassword(url);
  const { status, text, movedTo } = await exchange(url, question, tls).catch((thrown: unknown) => {
    throw operationFailed(command, `no answer from ${shown}: ${reasonOf(thrown, url, question.limitMs)}`);
  });
  if (movedTo !== null && status >= 300 && status < 400) {
    throw operationFailed(command, `${shown} redirects to ${movedTo}; give that server's address by --url`);
  }
  return { url: shown, status, body: parsed(text) };
}

/** The sentence of an answer that is not the one hoped for: the status, and the reason where the server gives one. */
export function refusalOf({ url, status, body }: Answer): string {
  const reason = errorOf(body);
  const hint = status === 401 ? `; a key is given by ${KEY_VARIABLE} or --api-key` : '';
  return `${url} answered ${status}${reason === null ? '' : `: ${reason}`}${hint}`;
}

/** The server's sentence in `{"error": "..."}`, or null. */
export function errorOf(body: unknown): string | null {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  return typeof error === 'string' ? error : null;
}

interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly movedTo: string | null;
}

function exchange(url: URL, question: Question, tls: ClientTls): Promise<RawAnswer> {
  const { method, body, apiKey, isFirstEvent = false } = question;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const signal = signalOf(question);
  const headers = {
    accept: isFirstEvent ? 'text/event-stream, application/json' : 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return new Promise((resolve, reject) => {
    // One connection for one question: nothing is kept open that a server which stops would have to wait for.
    const options = { method, agent: false, headers, ...tls, ...(signal && { signal }) } as const;
    const request = send(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      const answer = (whole: string): void =>
        resolve({
          status: response.statusCode ?? 0,
          text: whole,
          movedTo: response.headers.location ?? null,
        });
      response.on('data', (part: string) => {
        text += part;
        const event = isFirstEvent ? firstEventOf(text) : null;
        if (event === null) return;
        answer(event);
        request.destroy();
      });
      response.on('error', reject);
      response.on('end', () => answer(text));
    });
    request.on('error', reject);
    request.end(body === undefined ? '' : JSON.stringify(body));
  });
}

/** Null where both are left out. */
function signalOf({ limitMs, signal }: Question): AbortSignal | null {
  const signals = [signal, limitMs === null ? undefined : AbortSignal.timeout(limitMs)];
  const given = signals.filter((each) => each !== undefined);
  return given.length === 0 ? null : AbortSignal.any(given);
}

/** The data of the first whole event that has some, or null. Source of the form: HTML, server-sent events. */
function firstEventOf(text: string): string | null {
  const [, data = null] = /(?:^|\n)data: ?([^\n]*)\n\n/.exec(text) ?? [];
  return data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What went wrong, and what to check. */
function reasonOf(thrown: unknown, url: URL, limitMs: number | null): string {
  // `localhost` has two addresses, and each a reason of its own.
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return reasonOf(thrown.errors[0], url, limitMs);
  const { name, code = '' } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : { name: '' };
  if (name === 'AbortError') return `it took longer than ${(limitMs ?? 0) / 1000} s`;
  if (UNTRUSTED.has(code)) {
    // Newer Nodes add advice of their own, which is for whoever starts Node.
    const [fault = ''] = messageOf(thrown).split(';');
    return `${fault}; --ca, or NODE_EXTRA_CA_CERTS, names a file of certificates to trust`;
  }
  // These say all that there is to say.
  if (code === 'CERT_HAS_EXPIRED' || code === 'ERR_TLS_CERT_ALTNAME_INVALID') return messageOf(thrown);
  // With TLS 1.3 a client hears that it was turned away only after it believed that all was well.
  if (url.protocol === 'https:' && (code === 'ECONNRESET' || code.startsWith('ERR_SSL_TLSV13_ALERT_CERT')))
    return `${messageOf(thrown)}; does it take only clients with a certificate it knows (--cert, --key)?`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return `TLS is not spoken there; is it http://${url.host}?`;
  }
  if (code.startsWith('HPE_')) {
    return 'HTTP/1.1 is not spoken there; is it the port of gRPC, or of https?';
  }
  return `${messageOf(thrown)}; is a server running there?`;
}
