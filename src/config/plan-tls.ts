import { resolve } from 'node:path';
import type { ClientAuth, TlsOptions } from '#tls/options.js';
import type { Given, GivenOptions } from './given.js';
import { locate } from './paths.js';
import type { Place } from './problem.js';
import type { ServerFile } from './server-file.js';

/** What was said, and where. */
export interface Said<T> {
  readonly value: T;
  readonly place: Place;
}

/** What is said of TLS, by our options and the file or by Triton's options; paths are absolute. */
export interface SaidTls {
  readonly covers: TlsOptions['covers'];
  readonly cert: Said<string> | null;
  readonly key: Said<string> | null;
  readonly clientCa: Said<string> | null;
  readonly clientAuth: Said<ClientAuth> | null;
  readonly hstsSeconds: Said<number> | null;
}

export interface TlsInput {
  readonly given: GivenOptions;
  readonly file: ServerFile;
  /** Where relative paths of the server file start; null when there is none. */
  readonly fileFolder: string | null;
  readonly cwd: string;
}

/** Null where there is to be no TLS, or what is said is not enough for it. */
export function tlsOptionsOf(said: SaidTls | null): TlsOptions | null {
  if (said === null || said.cert === null || said.key === null) return null;
  return {
    certFile: said.cert.value,
    keyFile: said.key.value,
    clientCaFile: said.clientCa?.value ?? null,
    clientAuth: said.clientAuth?.value ?? 'require',
    covers: said.covers,
    hstsSeconds: said.hstsSeconds?.value ?? 0,
  };
}

/** What is said by our options and the server file; null where nothing is. */
export function ownTls({ given, file: { tls }, fileFolder, cwd }: TlsInput): SaidTls | null {
  const path = (option: Given<string> | null, key: 'cert' | 'key' | 'client_ca', written: string | null) => {
    const fromOption = saidBy(option);
    if (fromOption !== null) return { ...fromOption, value: resolve(cwd, fromOption.value) };
    if (tls === null || written === null) return null;
    return { value: locate(written, fileFolder ?? cwd, cwd), place: tls.at(key) };
  };
  const said: SaidTls = {
    covers: 'all',
    cert: path(given.tlsCert, 'cert', tls?.cert ?? null),
    key: path(given.tlsKey, 'key', tls?.key ?? null),
    clientCa: path(given.tlsClientCa, 'client_ca', tls?.clientCa ?? null),
    clientAuth: saidBy(given.tlsClientAuth) ?? written(tls?.clientAuth, tls?.at('client_auth')),
    hstsSeconds: saidBy(given.tlsHstsSeconds) ?? written(tls?.hstsSeconds, tls?.at('hsts_seconds')),
  };
  const { cert, key, clientCa, clientAuth, hstsSeconds } = said;
  return [cert, key, clientCa, clientAuth, hstsSeconds].every((each) => each === null) ? null : said;
}

/** What Triton's options say, which are about gRPC alone; null where they do not turn TLS on. */
export function tritonTls({ given, cwd }: Pick<TlsInput, 'given' | 'cwd'>): SaidTls | null {
  const isMutual = given.grpcUseSslMutual?.value === true;
  if (!isMutual && given.grpcUseSsl?.value !== true) return null;
  const path = (option: Given<string> | null): Said<string> | null => {
    const said = saidBy(option);
    return said === null ? null : { ...said, value: resolve(cwd, said.value) };
  };
  return {
    covers: 'grpc',
    cert: path(given.grpcServerCert),
    key: path(given.grpcServerKey),
    // Triton reads the file in both cases, and asks for certificates in one of them.
    clientCa: isMutual ? path(given.grpcRootCert) : null,
    clientAuth: null,
    hstsSeconds: null,
  };
}

/** What the ports are secured with. Where both ways are said, `checkTls` has refused that. */
export function planTls(input: TlsInput): TlsOptions | null {
  return tlsOptionsOf(ownTls(input) ?? tritonTls(input));
}

function saidBy<T>(option: Given<T> | null): Said<T> | null {
  return option?.value === undefined ? null : { value: option.value, place: option.place };
}

function written<T>(value: T | null | undefined, place: Place | undefined): Said<T> | null {
  return value == null || place === undefined ? null : { value, place };
}
