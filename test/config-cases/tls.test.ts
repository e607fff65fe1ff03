import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Flags } from '#config/option-values.js';
import type { TlsOptions } from '#tls/options.js';
import { type Authority, authority, type Pair, pemFolder, withoutOpenssl } from '../support/certificates.js';
import { atEnd } from '../support/serve.js';
import { type Bench, problemsOf, settingsOf } from './workbench.js';

const USUAL: Omit<TlsOptions, 'certFile' | 'keyFile'> = {
  clientCaFile: null,
  clientAuth: 'require',
  covers: 'all',
  hstsSeconds: 0,
};

describe('what is said of TLS', { skip: withoutOpenssl }, () => {
  const end = atEnd(after);
  let ca: Authority;
  let server: Pair;

  before(() => {
    ca = authority(pemFolder(end));
    server = ca.issue('server');
  });

  /** A model, the pair of the server in two folders, a server file and options. */
  const benchOf = (file: string, flags: Flags, env: Bench['env'] = {}): Bench => ({
    files: {
      's/server.yaml': file,
      's/cert.pem': server.cert,
      's/key.pem': server.key,
      's/ca.pem': ca.cert,
      'cert.pem': server.cert,
      'key.pem': server.key,
      'ca.pem': ca.cert,
    },
    flags: {
      modelPath: 'm.onnx',
      modelName: 'm',
      ...(file !== '' && { serverConfig: 's/server.yaml' }),
      ...flags,
    },
    env,
  });

  const HERE = { certFile: '<cwd>/cert.pem', keyFile: '<cwd>/key.pem' };
  const BESIDE = { certFile: '<cwd>/s/cert.pem', keyFile: '<cwd>/s/key.pem' };
  const good: readonly [file: string, flags: Flags, tls: TlsOptions | null][] = [
    ['', {}, null],
    ['', { tlsCert: 'cert.pem', tlsKey: 'key.pem' }, { ...USUAL, ...HERE }],
    [
      'tls: {cert: cert.pem, key: key.pem, client_ca: ca.pem, client_auth: optional, hsts_seconds: 60}',
      {},
      { ...BESIDE, clientCaFile: '<cwd>/s/ca.pem', clientAuth: 'optional', covers: 'all', hstsSeconds: 60 },
    ],
    [
      'tls: {cert: missing.pem, key: key.pem, client_ca: ca.pem}',
      { tlsCert: 'cert.pem', tlsClientAuth: 'optional', tlsHstsSeconds: 5 },
      {
        ...{ certFile: '<cwd>/cert.pem', keyFile: '<cwd>/s/key.pem', clientCaFile: '<cwd>/s/ca.pem' },
        ...{ clientAuth: 'optional', covers: 'all', hstsSeconds: 5 },
      },
    ],
    [
      '',
      { grpcUseSsl: true, grpcServerCert: 'cert.pem', grpcServerKey: 'key.pem', grpcRootCert: 'ca.pem' },
      { ...USUAL, ...HERE, covers: 'grpc' },
    ],
    [
      '',
      {
        grpcUseSslMutual: true,
        grpcServerCert: 'cert.pem',
        grpcServerKey: 'key.pem',
        grpcRootCert: 'ca.pem',
      },
      { ...USUAL, ...HERE, covers: 'grpc', clientCaFile: '<cwd>/ca.pem' },
    ],
    ['', { grpcUseSsl: false }, null],
  ];
  for (const [file, flags, tls] of good) {
    test(`${file} ${JSON.stringify(flags)} is taken`, () => {
      assert.deepEqual(settingsOf(benchOf(file, flags)).tls, tls);
    });
  }

  test('variables say it, too', () => {
    const env = { FURIOSA_SERVER_TLS_CERT: 'cert.pem', FURIOSA_SERVER_TLS_KEY: 'key.pem' };
    assert.deepEqual(settingsOf(benchOf('', {}, env)).tls, { ...USUAL, ...HERE });
  });

  const MISSING_KEY = 'needs --tls-key (tls.key), the private key of the certificate';
  const bad: readonly [file: string, flags: Flags, problem: string][] = [
    ['', { tlsCert: 'cert.pem' }, `--tls-cert: ${MISSING_KEY}`],
    ['tls: {cert: cert.pem}', {}, `s/server.yaml:1:13: tls.cert: ${MISSING_KEY}`],
    ['', { tlsKey: 'key.pem' }, '--tls-key: needs --tls-cert (tls.cert), the certificate of the server'],
    [
      '',
      { tlsHstsSeconds: 5 },
      `--tls-hsts-seconds: needs --tls-cert (tls.cert), the certificate of the server, and ${MISSING_KEY.slice(6)}`,
    ],
    [
      '',
      { tlsCert: 'none.pem', tlsKey: 'key.pem' },
      '--tls-cert: none.pem cannot be read: there is no such file',
    ],
    [
      'tls:\n  cert: cert.pem\n  key: ca.pem',
      {},
      's/server.yaml:3:8: tls.key: s/ca.pem holds no private key that can be read; expected PEM, -----BEGIN PRIVATE KEY-----, found a certificate',
    ],
    [
      'tls: {cert: cert.pem, key: key.pem, client_ca: key.pem}',
      {},
      's/server.yaml:1:48: tls.client_ca: s/key.pem holds no certificate; expected PEM, -----BEGIN CERTIFICATE-----, found a private key',
    ],
    [
      '',
      { tlsCert: 'cert.pem', tlsKey: 'key.pem', tlsClientAuth: 'optional' },
      '--tls-client-auth: optional has no effect without --tls-client-ca (tls.client_ca), those who sign certificates of clients',
    ],
    [
      '',
      { tlsCert: 'cert.pem', tlsKey: 'key.pem', tlsClientAuth: 'maybe' },
      '--tls-client-auth: expected one of optional, require, found "maybe"',
    ],
    [
      '',
      { grpcUseSsl: true },
      '--grpc-use-ssl: needs --grpc-server-cert, the certificate of the server, and --grpc-server-key, the private key of the certificate',
    ],
    [
      '',
      { grpcUseSslMutual: true, grpcServerCert: 'cert.pem', grpcServerKey: 'key.pem' },
      '--grpc-use-ssl-mutual: needs --grpc-root-cert, those who sign certificates of clients',
    ],
    [
      'tls: {cert: cert.pem, key: key.pem}',
      { grpcUseSsl: true, grpcServerCert: 'cert.pem', grpcServerKey: 'key.pem' },
      '--grpc-use-ssl: contradicts --tls-cert and the block tls, which are for gRPC, too; expected one of them',
    ],
  ];
  for (const [file, flags, problem] of bad) {
    test(`${file} ${JSON.stringify(flags)} is refused`, () => {
      assert.deepEqual(problemsOf(benchOf(file, flags)), [problem]);
    });
  }

  test('files for gRPC that are not used are warned of', () => {
    assert.deepEqual(settingsOf(benchOf('', { grpcServerCert: 'cert.pem' })).warnings, [
      '--grpc-server-cert: has no effect without --grpc-use-ssl',
    ]);
  });
});
