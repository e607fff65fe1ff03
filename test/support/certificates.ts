/** Certificates as openssl makes them, in a folder that goes when the test ends. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AtEnd } from './serve.js';

/** For the `skip` of a test: why it cannot run here, or false. */
export const withoutOpenssl: string | false =
  spawnSync('openssl', ['version']).status === 0
    ? false
    : 'there is no openssl, which makes the certificates';

/** Files of a certificate and its key, and what is in them. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** As openssl takes it: `/CN=models.house`. */
  readonly subject?: string;
  /** As openssl takes it: `DNS:localhost,IP:127.0.0.1`. */
  readonly names?: string;
  readonly days?: number;
}

/** Who signs certificates. */
export interface Authority extends Pair {
  /** Files of this name in the folder of the authority. */
  issue(name: string, wanted?: Wanted): Pair;
}

export function openssl(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync('openssl', args, { input, encoding: 'utf8' });
  assert.equal(status, 0, `openssl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A folder that goes when the test ends. */
export function pemFolder(atEnd: AtEnd): string {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-tls-'));
  atEnd(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A new authority in a folder. */
export function authority(folder: string, name = 'ca'): Authority {
  const own = filesOf(folder, name);
  openssl([
    ...['req', '-x509', ...NEW_KEY, '-days', '30', '-subj', `/CN=${name}`],
    ...['-keyout', own.keyFile, '-out', own.certFile],
  ]);
  return {
    ...readPair(own),
    issue(issued, { subject = `/CN=${issued}`, names = 'DNS:localhost,IP:127.0.0.1', days = 30 } = {}) {
      const files = filesOf(folder, issued);
      const request = openssl(['req', '-new', ...NEW_KEY, '-subj', subject, '-keyout', files.keyFile]);
      const extensions = join(folder, `${issued}.ext`);
      writeFileSync(extensions, names === '' ? '' : `subjectAltName=${names}\n`);
      openssl(
        [
          ...['x509', '-req', '-CA', own.certFile, '-CAkey', own.keyFile, '-CAcreateserial'],
          ...['-days', String(days), '-extfile', extensions, '-out', files.certFile],
        ],
        request,
      );
      return readPair(files);
    },
  };
}

function filesOf(folder: string, name: string): Pick<Pair, 'certFile' | 'keyFile'> {
  return { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}-key.pem`) };
}

function readPair(files: Pick<Pair, 'certFile' | 'keyFile'>): Pair {
  return {
    ...files,
    cert: readFileSync(files.certFile, 'utf8'),
    key: readFileSync(files.keyFile, 'utf8'),
  };
}
