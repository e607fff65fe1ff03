import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  type Authority,
  authority,
  openssl,
  pemFolder,
  withoutOpenssl,
} from '../../test/support/certificates.js';
import { atEnd } from '../../test/support/serve.js';
import { readIdentity } from './identity.js';
import type { TlsOptions } from './options.js';

const DAY_MS = 86_400_000;

describe('the files of a server with TLS', { skip: withoutOpenssl }, () => {
  const end = atEnd(after);
  let folder: string;
  let ca: Authority;
  let good: TlsOptions;
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const faultOf = (parts: Partial<TlsOptions>, epochMs = Date.now()): string => {
    const read = readIdentity({ ...good, ...parts }, epochMs);
    assert.ok('fault' in read, 'the files were accepted');
    return `${read.at} ${read.fault.replaceAll(`${folder}/`, '')}`;
  };

  before(() => {
    folder = pemFolder(end);
    ca = authority(folder);
    const { certFile, keyFile } = ca.issue('server');
    const clientCaFile = ca.certFile;
    good = { certFile, keyFile, clientCaFile, clientAuth: 'require', covers: 'all', hstsSeconds: 0 };
  });

  it('are read with what is to be known of them', () => {
    const read = readIdentity(good, Date.now());
    assert.ok(!('fault' in read), 'the files were refused');
    assert.equal(read.facts.subject, 'CN=server');
    const daysLeft = (read.facts.expiresAtMs - Date.now()) / DAY_MS;
    assert.ok(daysLeft > 29 && daysLeft <= 30, `${daysLeft} days`);
    assert.equal(read.clientCa?.trim(), ca.cert.trim());
  });

  it('may have the chain behind the certificate, and text around it', () => {
    const certFile = file(
      'chain.pem',
      `subject=server\n${readFileSync(good.certFile, 'utf8')}text\n${ca.cert}`,
    );
    const read = readIdentity({ ...good, certFile }, Date.now());
    assert.ok(!('fault' in read), 'the files were refused');
    assert.equal(read.cert.match(/BEGIN/g)?.length, 2);
  });

  it('must be there, and be files', () => {
    assert.equal(faultOf({ certFile: join(folder, 'none') }), 'cert cannot be read: there is no such file');
    mkdirSync(join(folder, 'folder'));
    assert.equal(faultOf({ keyFile: join(folder, 'folder') }), 'key is not a file');
    const large = file('large.pem', 'x'.repeat(1024 * 1024 + 1));
    assert.equal(faultOf({ keyFile: large }), 'key is larger than 1048576 bytes, too large for PEM');
  });

  it('must be PEM of the right kind', () => {
    const expectedCert = 'cert holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----';
    assert.equal(faultOf({ certFile: good.keyFile }), `${expectedCert}, found a private key`);
    assert.equal(faultOf({ certFile: file('empty.pem', '') }), expectedCert);
    assert.equal(
      faultOf({ keyFile: good.certFile }),
      'key holds no private key that can be read; expected PEM, -----BEGIN PRIVATE KEY-----, found a certificate',
    );
    assert.equal(
      faultOf({ clientCaFile: file('half.pem', ca.cert.replace(/\n.{20}/, '\n')) }),
      'clientCa holds a certificate that cannot be read, the first of 1',
    );
  });

  it('must be a pair', () => {
    assert.equal(
      faultOf({ keyFile: ca.issue('other').keyFile }),
      'key is not the key of the certificate in server.pem',
    );
  });

  it('must not have a key with a passphrase, in either form', () => {
    const sentence =
      "key is encrypted; expected a key without a passphrase, as 'openssl pkey -in ENCRYPTED -out PLAIN' makes one";
    for (const [name, args] of [
      ['pkcs8', ['pkcs8', '-topk8']],
      ['old', ['ec', '-aes256']],
    ] as const) {
      const keyFile = join(folder, `${name}.pem`);
      openssl([...args, '-in', good.keyFile, '-out', keyFile, '-passout', 'pass:secret']);
      assert.equal(faultOf({ keyFile }), sentence);
    }
  });

  it('must not have expired, and must be valid already', () => {
    const { certFile, keyFile } = ca.issue('expired', { days: -1 });
    assert.match(faultOf({ certFile, keyFile }), /^cert has expired: it was valid until \w+ \d+ .* GMT$/);
    assert.match(faultOf({}, Date.now() + 31 * DAY_MS), /^cert has expired/);
    assert.match(faultOf({}, Date.now() - DAY_MS), /^cert is not valid yet: it will be from \w+ \d+ .* GMT$/);
  });

  it('must be strong enough for TLS today', () => {
    const [certFile, keyFile] = [join(folder, 'weak.pem'), join(folder, 'weak-key.pem')];
    openssl([
      ...['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-sha256', '-subj', '/CN=weak'],
      ...['-keyout', keyFile, '-out', certFile],
    ]);
    assert.match(faultOf({ certFile, keyFile }), /^cert cannot be used for TLS: .*ee key too small/);
  });
});
