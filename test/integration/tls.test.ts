/** Whole servers with TLS: what clients, right and wrong ones, get from them. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import type { Settings } from '#config/settings.js';
import { CIPHERS } from '#tls/context.js';
import type { TlsOptions } from '#tls/options.js';
import { type Authority, authority, type Pair, pemFolder, withoutOpenssl } from '../support/certificates.js';
import { runCommand } from '../support/command-run.js';
import { type GrpcClient, grpcClient, type Outcome, typedInput } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import { askSecurely, type Trust } from '../support/https-client.js';
import { addSubModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { repositoryRoot } from '../support/places.js';
import { type AtEnd, atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, startTestServer, type TestServer } from '../support/server.js';

const models = modelDirectory(after);
const INFER = '/v2/models/sums/infer';
const inputs = ['a', 'b'].map((name) => ({ name, shape: [1, 2], datatype: 'INT32', data: [1, 2] }));
const BODY = JSON.stringify({ inputs: [{ ...inputs[0] }, { ...inputs[1] }] });

function settings(tls: Partial<TlsOptions> & Pick<TlsOptions, 'certFile' | 'keyFile'>): Settings {
  const path = writeModel(models, 'sums.onnx', addSubModel('INT32', ['batch', 2]));
  const usual = { clientCaFile: null, clientAuth: 'require', covers: 'all', hstsSeconds: 0 } as const;
  return settingsOf([offerOf({ name: 'sums', path })], { grpc: GRPC, tls: { ...usual, ...tls } });
}

function securely(end: AtEnd, port: number, ca: string, client?: Pair): GrpcClient {
  const [key, cert] =
    client === undefined ? [null, null] : [Buffer.from(client.key), Buffer.from(client.cert)];
  const made = grpcClient(port, undefined, grpc.credentials.createSsl(Buffer.from(ca), key, cert));
  end(() => made.close());
  return made;
}

const REQUEST = {
  model_name: 'sums',
  inputs: ['a', 'b'].map((name) => typedInput(name, 'INT32', [1, 2], { int_contents: [1, 2] })),
};

/** What `openssl s_client` says of a port when it is given nothing to send, or `input`. */
function sClient(port: number, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args]);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('close', () => resolve(text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

describe('a server with TLS', { skip: withoutOpenssl }, () => {
  const end = atEnd(after);
  let ca: Authority;
  let server: TestServer;

  before(async () => {
    ca = authority(pemFolder(end));
    server = await serve(end, settings(ca.issue('server')));
  });

  it('answers inference over REST, and keeps the connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: ca.cert });
    const ports = new Set<number | undefined>();
    for (let i = 0; i < 3; i++) {
      await new Promise<void>((resolve, reject) => {
        const asked = request(
          { host: '127.0.0.1', port: server.port, path: INFER, method: 'POST', agent },
          (response) => {
            ports.add(response.socket.localPort);
            assert.equal(response.statusCode, 200);
            response.resume().on('end', resolve);
          },
        );
        asked.on('error', reject).end(BODY);
      });
    }
    agent.destroy();
    assert.equal(ports.size, 1);
  });

  it('answers large bodies whole, compressed or not', async () => {
    const rows = 20_000;
    const data = Array.from({ length: rows * 2 }, (_, at) => at);
    const large = JSON.stringify({ inputs: inputs.map((input) => ({ ...input, shape: [rows, 2], data })) });
    const { status, text } = await askSecurely(server.port, INFER, { ca: ca.cert }, large);
    assert.equal(status, 200, text.slice(0, 200));
    const { outputs } = JSON.parse(text) as { outputs: { data: number[] }[] };
    assert.deepEqual(
      outputs[0]?.data,
      data.map((value) => value * 2),
    );
  });

  it('answers inference over gRPC, alone and in a stream', async () => {
    const client = securely(end, server.grpcPort, ca.cert);
    const answer = await client.call('ModelInfer', REQUEST);
    assert.deepEqual(answer.raw_output_contents.length || answer.outputs.length, 2);
    const stream = client.stream('ModelStreamInfer');
    const message = new Promise((resolve, reject) => stream.on('data', resolve).on('error', reject));
    stream.write(REQUEST);
    const { error_message: fault = '' } = (await message) as { error_message?: string };
    assert.equal(fault, '');
    stream.end();
  });

  it('is refused by clients that do not know who signed it', async () => {
    const stranger = authority(pemFolder(end), 'stranger').cert;
    await assert.rejects(
      askSecurely(server.port, '/v2', { ca: stranger }),
      /unable to verify the first cert/,
    );
    const { code } = await securely(end, server.grpcPort, stranger).fail('ServerLive', {});
    assert.equal(code, grpc.status.UNAVAILABLE);
  });

  it('tells commands of ours what they ask, and who may be trusted', async () => {
    const url = `https://127.0.0.1:${server.port}`;
    const listed = await runCommand(['models', '--url', url, '--ca', ca.certFile]);
    assert.equal(listed.status, 0, listed.error);
    assert.match(listed.out, /sums/);
    const top = await runCommand([
      'top',
      '--once',
      '--interval',
      '0.1',
      '--json',
      '--url',
      url,
      '--ca',
      ca.certFile,
    ]);
    assert.equal(top.status, 0, top.error);
    const devices = await runCommand(['devices', '--json', '--url', url, '--ca', ca.certFile]);
    assert.equal(devices.status, 0, devices.error);
    const untrusting = await runCommand(['models', '--url', url]);
    assert.match(untrusting.error, /--ca, or NODE_EXTRA_CA_CERTS, names a file of certificates to trust\n$/);
  });

  it('tells when its certificate expires', async () => {
    const { text } = await askSecurely(server.port, '/metrics', { ca: ca.cert });
    const [, seconds] = /^furiosa_tls_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text) ?? [];
    const days = Number(seconds) / 86_400 - Date.now() / 86_400_000;
    assert.ok(days > 29 && days <= 30, `${days} days`);
  });

  describe('to openssl', () => {
    it('speaks TLS 1.2 and 1.3, on both ports, without compression', async () => {
      for (const port of [server.port, server.grpcPort]) {
        for (const [flag, version] of [
          ['-tls1_2', 'TLSv1.2'],
          ['-tls1_3', 'TLSv1.3'],
        ] as const) {
          const text = await sClient(port, [flag, '-CAfile', ca.certFile, '-comp']);
          assert.match(text, new RegExp(`^New, ${version}, Cipher is`, 'm'));
          assert.match(text, /^Compression: NONE$/m);
          assert.match(text, /Verif(y return code: 0|ication: OK)/);
        }
      }
    });

    it('speaks nothing older', async () => {
      for (const flag of ['-tls1', '-tls1_1']) {
        const text = await sClient(server.port, [flag, '-cipher', 'ALL:@SECLEVEL=0']);
        assert.match(text, /alert protocol version/);
        assert.match(text, /Cipher is \(NONE\)/);
      }
    });

    it('speaks the documented ciphers that its key can, and no others', async () => {
      const { stdout } = spawn('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:@SECLEVEL=0']);
      const all = Buffer.concat(await stdout.toArray())
        .toString()
        .trim()
        .split(':');
      assert.ok(all.length > 40, `openssl knows ${all.length} ciphers`);
      const taken: string[] = [];
      for (const cipher of all) {
        const options = { port: server.port, host: '127.0.0.1', rejectUnauthorized: false };
        const taking = await new Promise<boolean>((resolve) => {
          const socket = connect({ ...options, maxVersion: 'TLSv1.2', ciphers: `${cipher}:@SECLEVEL=0` });
          socket.on('secureConnect', () => resolve(true)).on('error', () => resolve(false));
          socket.on('secureConnect', () => socket.destroy());
        }).catch(() => false);
        if (taking) taken.push(cipher);
      }
      const ours = CIPHERS.filter((name) => name.startsWith('ECDHE-ECDSA-'));
      assert.deepEqual(taken.sort(), [...ours].sort());
      for (const suite of CIPHERS.filter((name) => name.startsWith('TLS_')))
        assert.match(await sClient(server.port, ['-ciphersuites', suite]), new RegExp(`Cipher is ${suite}`));
      const ccm = await sClient(server.port, ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256']);
      assert.match(ccm, /handshake failure/);
    });

    it('refuses to renegotiate', async () => {
      // To s_client a line "R" is the order to renegotiate.
      const text = await sClient(server.port, ['-tls1_2', '-CAfile', ca.certFile], 'R\n');
      assert.match(text, /^RENEGOTIATING$/m);
      assert.match(text, /no renegotiation/);
    });

    it('speaks HTTP/2 on the gRPC port and HTTP/1.1 on the other, as it says in the handshake', async () => {
      const offered = ['-alpn', 'h2,http/1.1'];
      assert.match(await sClient(server.grpcPort, offered), /^ALPN protocol: h2$/m);
      assert.match(await sClient(server.port, offered), /^ALPN protocol: http\/1\.1$/m);
      assert.match(await sClient(server.grpcPort, ['-alpn', 'http/1.1']), /alert no application protocol/);
    });
  });
});

describe('a server that asks clients for certificates', { skip: withoutOpenssl }, () => {
  const end = atEnd(after);
  let ca: Authority;
  let clientCa: Authority;
  let files: Pick<TlsOptions, 'certFile' | 'keyFile' | 'clientCaFile'>;
  let right: Trust & Pair;
  let wrong: Trust & Pair;

  before(() => {
    const folder = pemFolder(end);
    ca = authority(folder);
    clientCa = authority(folder, 'client-ca');
    files = { ...ca.issue('server'), clientCaFile: clientCa.certFile };
    right = { ...clientCa.issue('client'), ca: ca.cert };
    wrong = { ...authority(folder, 'stranger').issue('stranger-client'), ca: ca.cert };
  });

  it('answers those who have one, and nobody else', async (t) => {
    const log = hearLog(t);
    const server = await serve((stop) => t.after(stop), settings(files));
    assert.equal((await askSecurely(server.port, INFER, right, BODY)).status, 200);
    await securely(end, server.grpcPort, ca.cert, right).call('ModelInfer', REQUEST);
    for (const trust of [wrong, { ca: ca.cert }]) {
      await assert.rejects(askSecurely(server.port, '/v2/health/live', trust));
      const client = 'cert' in trust ? trust : undefined;
      const outcome: Outcome = await securely(end, server.grpcPort, ca.cert, client).fail('ServerLive', {});
      assert.equal(outcome.code, grpc.status.UNAVAILABLE);
    }
    assert.ok(
      log.some((line) => /no TLS with \S+ on the REST port: its certificate is not accepted/.test(line)),
      log.join('\n'),
    );
    assert.ok(
      log.some((line) => / on the REST port: peer did not return a certificate/.test(line)),
      log.join('\n'),
    );
    const url = `https://127.0.0.1:${server.port}`;
    const asked = ['models', '--url', url, '--ca', ca.certFile];
    const known = await runCommand([...asked, '--cert', right.certFile, '--key', right.keyFile]);
    assert.equal(known.status, 0, known.error);
    assert.match((await runCommand(asked)).error, /does it take only clients with a certificate/);
  });

  it('answers those who have none where that is allowed, and still nobody with a wrong one', async (t) => {
    const server = await serve((stop) => t.after(stop), settings({ ...files, clientAuth: 'optional' }));
    assert.equal((await askSecurely(server.port, INFER, right, BODY)).status, 200);
    assert.equal((await askSecurely(server.port, INFER, { ca: ca.cert }, BODY)).status, 200);
    await securely(end, server.grpcPort, ca.cert).call('ModelInfer', REQUEST);
    await assert.rejects(askSecurely(server.port, INFER, wrong, BODY));
    const { code } = await securely(end, server.grpcPort, ca.cert, wrong).fail('ServerLive', {});
    assert.equal(code, grpc.status.UNAVAILABLE);
  });
});

describe('docs/tls.md', { skip: withoutOpenssl }, () => {
  const page = readFileSync(join(repositoryRoot, 'docs/tls.md'), 'utf8');

  it('makes a certificate with which a server is trusted', async (t) => {
    const end: AtEnd = (stop) => t.after(stop);
    const folder = pemFolder(end);
    const [command] = /^openssl req (?:.*\\\n)*.*$/m.exec(page) ?? [];
    assert.ok(command, 'the page has no command of openssl');
    execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'ignore' });
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const server = await serve(end, settings({ certFile, keyFile }));
    const ca = readFileSync(certFile, 'utf8');
    assert.equal((await askSecurely(server.port, INFER, { ca }, BODY)).status, 200);
    await securely(end, server.grpcPort, ca).call('ModelInfer', REQUEST);
  });

  it('lists the ciphers that are spoken, and no others', () => {
    const rows = page.match(/^\| TLS 1\.\d \| .*$/gm) ?? [];
    assert.deepEqual(rows.join(' ').match(/(?<=`)[A-Z0-9_-]{12,}(?=`)/g), CIPHERS);
  });
});

describe('TLS for gRPC alone, as Triton has it', { skip: withoutOpenssl }, () => {
  it('leaves REST as it is', async (t) => {
    const end: AtEnd = (stop) => t.after(stop);
    const ca = authority(pemFolder(end));
    const server = await serve(end, settings({ ...ca.issue('server'), covers: 'grpc' }));
    assert.equal((await server.post(INFER, BODY)).status, 200);
    await securely(end, server.grpcPort, ca.cert).call('ModelInfer', REQUEST);
  });
});

describe('a server whose certificate changes', { skip: withoutOpenssl }, () => {
  it('goes on with open connections, shows new ones the new certificate, and keeps the old one where the new one is broken', async (t) => {
    const end: AtEnd = (stop) => t.after(stop);
    const folder = pemFolder(end);
    const ca = authority(folder);
    const certFile = join(folder, 'live.pem');
    const keyFile = join(folder, 'live-key.pem');
    const place = (pair: Pick<Pair, 'certFile' | 'keyFile'>): void => {
      copyFileSync(pair.certFile, certFile);
      copyFileSync(pair.keyFile, keyFile);
    };
    place(ca.issue('first'));
    const own = settings({ certFile, keyFile });
    const server = await startTestServer(own, undefined, () => own);
    end(() => server.stop());
    await server.server.modelsSettled;
    const log = hearLog(t);
    const trust = { ca: ca.cert };
    const open = connect({ port: server.port, host: '127.0.0.1', ...trust });
    end(() => open.destroy());
    const client = securely(end, server.grpcPort, ca.cert);
    await client.call('ServerLive');
    assert.equal(await heldBy(open), 'first');

    const second = ca.issue('second');
    place(second);
    await server.server.reload();
    assert.equal((await askSecurely(server.port, '/v2', trust)).shown, 'second');
    assert.match(await sClient(server.grpcPort, ['-alpn', 'h2']), /subject=CN = second/);
    assert.equal(await heldBy(open), 'first');
    await client.call('ModelInfer', REQUEST);

    place({ ...second, keyFile: ca.keyFile });
    await server.server.reload();
    assert.equal((await askSecurely(server.port, '/v2', trust)).shown, 'second');
    const told = log.filter((line) => line.startsWith('WARN'));
    assert.equal(told.length, 1, log.join('\n'));
    assert.match(
      told[0] ?? '',
      /the certificate of before goes on: \S+live-key\.pem is not the key of the cert/,
    );
  });
});

/** Asks on an open connection; answers whom it belongs to. */
async function heldBy(socket: TLSSocket): Promise<string> {
  const answer = new Promise<string>((resolve) =>
    socket.once('data', (data: Buffer) => resolve(data.toString())),
  );
  socket.write('GET /v2/health/live HTTP/1.1\r\nhost: a\r\n\r\n');
  assert.match(await answer, /^HTTP\/1\.1 200/);
  return String(socket.getPeerCertificate().subject.CN);
}
