import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { messageOf } from '#core/errors.js';
import { usageError } from './command-failure.js';
import type { CommandOption, OptionValues } from './command-option.js';

/** What a command brings to a server by https beside the question; in PEM. */
export interface ClientTls {
  /** Whom to trust in place of the public authorities. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export const NO_CLIENT_TLS: ClientTls = {};

/** For every command that asks a server. */
export const CLIENT_TLS_OPTIONS: readonly CommandOption[] = [
  {
    name: 'ca',
    placeholder: 'FILENAME',
    completes: 'file',
    help: "Certificates to trust for https in place of the system's",
  },
  {
    name: 'cert',
    placeholder: 'FILENAME',
    completes: 'file',
    help: 'Certificate to show to a server that asks for one',
  },
  { name: 'key', placeholder: 'FILENAME', completes: 'file', help: 'Private key of that certificate' },
];

/** Reads the files that the options name. Throws a usage error in the command's name where they cannot be used. */
export function clientTlsOf(command: string, values: OptionValues, url: string): ClientTls {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => readOption(command, name, values));
  if (ca === undefined && cert === undefined && key === undefined) return NO_CLIENT_TLS;
  if (!url.startsWith('https:')) {
    const given = ca !== undefined ? '--ca' : cert !== undefined ? '--cert' : '--key';
    throw usageError(command, `'${given}' is for a server of https, and ${new URL(url).origin} is none`);
  }
  if (cert !== undefined && key === undefined) throw usageError(command, "'--cert' needs '--key', too");
  if (key !== undefined && cert === undefined) throw usageError(command, "'--key' needs '--cert', too");
  const tls = { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert, key }) } as ClientTls;
  try {
    createSecureContext(tls);
  } catch (thrown) {
    const files = [ca && '--ca', cert && '--cert', key && '--key'].filter(Boolean).join(', ');
    throw usageError(command, `the files of ${files} cannot be used: ${messageOf(thrown)}`);
  }
  return tls;
}

function readOption(command: string, name: string, values: OptionValues): string | undefined {
  const path = values[name];
  if (typeof path !== 'string') return undefined;
  try {
    const text = readFileSync(path, 'latin1');
    if (text.includes('-----BEGIN ')) return text;
  } catch (thrown) {
    throw usageError(command, `'--${name}' cannot be read: ${messageOf(thrown)}`);
  }
  throw usageError(command, `'--${name}' must be a file in PEM; '${path}' is none`);
}
