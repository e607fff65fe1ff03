import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { answeringServer, closedUrl, listen } from '../../test/support/answering-server.js';
import { type Answer, askServer, type Question } from './ask-server.js';
import { CommandFailure } from './command-failure.js';

const QUESTION: Question = { method: 'GET', path: 'v2/thing', limitMs: null };

function ask(url: string, question: Partial<Question> = {}): Promise<Answer> {
  return askServer('furiosa ask', url, { ...QUESTION, ...question });
}

/** The sentence that asking fails with. */
async function failureOf(url: string, question: Partial<Question> = {}): Promise<string> {
  const failure = await ask(url, question).then(
    () => assert.fail('there was an answer'),
    (thrown: unknown) => thrown,
  );
  assert.ok(failure instanceof CommandFailure);
  assert.equal(failure.status, 1);
  return failure.message;
}

describe('asking a server', () => {
  it('answers the status and the JSON, whatever they are', async (t) => {
    const server = await answeringServer(t, {
      'GET /v2/thing': { json: { name: '모델' } },
      'POST /below/v2/thing': { status: 409, body: 'no JSON' },
    });
    assert.deepEqual(await ask(server.url), {
      url: `${server.url}/v2/thing`,
      status: 200,
      body: { name: '모델' },
    });
    assert.deepEqual(await ask(`${server.url}/below`, { method: 'POST', body: { a: 1 } }), {
      url: `${server.url}/below/v2/thing`,
      status: 409,
      body: null,
    });
    assert.deepEqual(server.asked, ['GET /v2/thing', 'POST /below/v2/thing {"a":1}']);
  });

  it('sends the user and the password of the address, and shows them nowhere', async (t) => {
    const sent: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      sent.push(request.headers.authorization);
      response.end('null');
    });
    const port = await listen(t, server);
    const { url } = await ask(`http://user:secret@127.0.0.1:${port}/`);
    assert.deepEqual(sent, [`Basic ${btoa('user:secret')}`]);
    assert.equal(url, `http://127.0.0.1:${port}/v2/thing`);
  });

  it('says where nobody answers, and what to check', async () => {
    const url = await closedUrl();
    const address = url.replace('http://', '');
    assert.equal(
      await failureOf(url),
      `furiosa ask: no answer from ${url}/v2/thing: connect ECONNREFUSED ${address}; is a server running there?`,
    );
  });

  it('says where the server has moved to', async (t) => {
    const location = 'https://models.example/v2/thing';
    const server = await answeringServer(t, {
      'GET /v2/thing': { status: 308, body: '', headers: { location } },
    });
    assert.equal(
      await failureOf(server.url),
      `furiosa ask: ${server.url}/v2/thing redirects to ${location}; give that server's address by --url`,
    );
  });

  it('says that it took too long', async (t) => {
    const port = await listen(
      t,
      createServer(() => {}),
    );
    const url = `http://127.0.0.1:${port}`;
    assert.equal(
      await failureOf(url, { limitMs: 1 }),
      `furiosa ask: no answer from ${url}/v2/thing: it took longer than 0.001 s`,
    );
  });

  it('says that an answer broke off', async (t) => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('{', () => response.destroy());
    });
    const url = `http://127.0.0.1:${await listen(t, server)}`;
    assert.match(await failureOf(url), /: no answer from \S+: aborted; is a server running there\?$/);
  });

  it('says that the port is one of gRPC', async (t) => {
    const server = createHttp2Server();
    t.after(() => server.close());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}`;
    assert.equal(
      await failureOf(url),
      `furiosa ask: no answer from ${url}/v2/thing: HTTP/1.1 is not spoken there; is it the port of gRPC, or of https?`,
    );
  });

  it('says that the port is not one of https', async (t) => {
    const port = await listen(t, createServer());
    assert.equal(
      await failureOf(`https://127.0.0.1:${port}`),
      `furiosa ask: no answer from https://127.0.0.1:${port}/v2/thing: TLS is not spoken there; is it http://127.0.0.1:${port}?`,
    );
  });
});

const noOpenssl =
  spawnSync('openssl', ['version']).status === 0
    ? false
    : 'openssl is not installed here, so there is no certificate to try.';

describe('asking a server by https', { skip: noOpenssl }, () => {
  it('says how to trust a certificate of the house, and then does', async (t) => {
    const { certificatePath, url } = await httpsServer(t);
    assert.equal(
      await failureOf(url),
      `furiosa ask: no answer from ${url}/v2/thing: self-signed certificate; --ca, or NODE_EXTRA_CA_CERTS, names a file of certificates to trust`,
    );
    // The variable is read when the process starts.
    const text = `
      import { askServer } from ${JSON.stringify(import.meta.resolve('./ask-server.js'))};
      const { body } = await askServer('', ${JSON.stringify(url)}, { method: 'GET', path: '', limitMs: null });
      process.stdout.write(JSON.stringify(body));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: certificatePath },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(Buffer.concat(await child.stdout.toArray()).toString(), '{"safe":true}');
  });
});

async function httpsServer(t: TestContext): Promise<{ certificatePath: string; url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-https-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [keyPath, certificatePath] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', keyPath, '-out', certificatePath],
  ]);
  assert.equal(made.status, 0, String(made.stderr));
  const server = createHttpsServer(
    { key: readFileSync(keyPath), cert: readFileSync(certificatePath) },
    (_, response) => response.end('{"safe":true}'),
  );
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { certificatePath, url: `https://127.0.0.1:${address.port}` };
}
