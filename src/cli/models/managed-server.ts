import { apiKeyOf } from '#cli/api-key-of.js';
import { type Answer, askServer, type Question, READ_LIMIT_MS, refusalOf } from '#cli/ask-server.js';
import { type ClientTls, clientTlsOf } from '#cli/client-tls.js';
import { type CommandFailure, operationFailed, usageError } from '#cli/command-failure.js';
import type { OptionValues } from '#cli/command-option.js';
import { JsonPlace, UnexpectedJson } from '#cli/json-place.js';
import { readUrl } from '#cli/read-value.js';

const VARIABLE = 'FURIOSA_SERVER_URL';
export const DEFAULT_URL = 'http://localhost:8080';

/** The running server that a command is about. Whatever goes wrong is a `CommandFailure` in the command's name. */
export interface ManagedServer {
  /** For instance `furiosa models load`. */
  readonly command: string;
  readonly url: string;
  readonly tls?: ClientTls;
  /** Undefined where none was given. */
  readonly apiKey: string | undefined;
}

/** The server that `--url` names, else `FURIOSA_SERVER_URL`, else the one of this host. */
export function managedServer(
  command: string,
  values: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): ManagedServer {
  const url = urlOf(command, values, env);
  return { command, url, tls: clientTlsOf(command, values, url), apiKey: apiKeyOf(values, env) };
}

function urlOf(
  command: string,
  values: OptionValues,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const given = values['url'];
  if (typeof given === 'string') return given;
  const variable = env[VARIABLE] ?? '';
  if (variable === '') return DEFAULT_URL;
  try {
    return readUrl(variable);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw usageError(command, `${VARIABLE} must be ${thrown.message}`);
  }
}

/** What the server tells at this path, understood by `decode`. */
export async function read<Value>(
  server: ManagedServer,
  path: string,
  decode: (answer: JsonPlace) => Value,
): Promise<Value> {
  return decoded(server, await tell(server, { method: 'GET', path, limitMs: READ_LIMIT_MS }), decode);
}

/** The server's answer, whatever its status. */
export function tell(server: ManagedServer, question: Question): Promise<Answer> {
  return askServer(server.command, server.url, { ...question, apiKey: server.apiKey }, server.tls);
}

/** The answer, understood, where its status is 200. */
export function decoded<Value>(
  { command }: ManagedServer,
  answer: Answer,
  decode: (answer: JsonPlace) => Value,
): Value {
  if (answer.status === 404) {
    throw operationFailed(command, `${refusalOf(answer)}; ${IS_IT}`);
  }
  if (answer.status !== 200) throw operationFailed(command, refusalOf(answer));
  try {
    return decode(new JsonPlace(answer.body));
  } catch (thrown) {
    if (!(thrown instanceof UnexpectedJson)) throw thrown;
    throw operationFailed(command, `${answer.url} answered something else: ${thrown.message}; ${IS_IT}`);
  }
}

const IS_IT = 'is it a furiosa-server, and as new as this command?';

/** A failure of the operation, in the command's name. */
export function failed({ command }: ManagedServer, sentence: string): CommandFailure {
  return operationFailed(command, sentence);
}
