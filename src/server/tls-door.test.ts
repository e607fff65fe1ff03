import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import type { ProtocolSkin } from '#protocol/exchange.js';
import { HANDSHAKE_TIMEOUT_MS } from '#tls/context.js';
import { Credentials } from '#tls/credentials.js';
import { authority, pemFolder, withoutOpenssl } from '../../test/support/certificates.js';
import { hearLog } from '../../test/support/heard.js';
import { askSecurely } from '../../test/support/https-client.js';
import { sendRaw } from '../../test/support/raw-http.js';
import { DEFAULT_LIMITS } from '../../test/support/server.js';
import { WallClock } from '../../test/support/wall-clock.js';
import { QUIET_MS } from './handshake-failures.js';
import { TLS_MISUSE } from './limits/misuse-watch.js';
import { ServerLimits } from './limits/server-limits.js';
import { Listener } from './listener.js';

interface Stage {
  readonly port: number;
  readonly clock: WallClock;
  readonly ca: string;
  readonly log: readonly string[];
  readonly listener: Listener;
}

const SKIN: ProtocolSkin = {
  routes: [],
  errorAnswer: () => ({ status: 404, headers: {}, body: new Uint8Array() }),
};

function limitsOf(clock: WallClock): ServerLimits {
  return new ServerLimits({ ...DEFAULT_LIMITS, maxInflightBytes: 1000, maxConnections: 1000 }, clock);
}

async function stage(t: TestContext, hstsSeconds = 0): Promise<Stage> {
  const ca = authority(pemFolder((end) => t.after(end)));
  const { certFile, keyFile } = ca.issue('server');
  const clock = new WallClock();
  const tls = new Credentials(
    { certFile, keyFile, clientCaFile: null, clientAuth: 'require', covers: 'all', hstsSeconds },
    clock,
  );
  const options = { host: '127.0.0.1', port: 0, maxBodyBytes: 10, bodyTimeoutMs: 1000, tls };
  const listener = new Listener(SKIN, options, clock, limitsOf(clock));
  const port = await listener.open();
  t.after(() => listener.close(0));
  return { port, clock, ca: ca.cert, log: hearLog(t), listener };
}

/** A connection that says nothing, or not enough; errors are expected. */
async function idle(port: number, bytes = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  if (bytes !== '') socket.write(bytes, 'latin1');
  return socket;
}

/** Settles when the connection is gone, by a reset or not. */
function closing(socket: Socket): Promise<void> {
  return new Promise((gone) => socket.resume().once('close', () => gone()));
}

describe('a port with TLS', { skip: withoutOpenssl }, () => {
  it('tells who speaks plain HTTP, or anything else, that TLS is spoken here', async (t) => {
    const { port, log } = await stage(t);
    const answer = await sendRaw(port, 'GET /v2 HTTP/1.1\r\nhost: a\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, /\r\n\r\n\{"error":"this port speaks TLS; ask by https:\/\/"\}$/);
    assert.match(await sendRaw(port, '\0\0'), /ask by https/);
    assert.equal(log[0], 'WARN no TLS with 127.0.0.1 on the REST port: it does not speak TLS');
  });

  it('warns once a minute, and counts the others', async (t) => {
    const { port, log, clock } = await stage(t);
    for (let i = 0; i < 3; i++) await sendRaw(port, 'no');
    clock.advance(QUIET_MS);
    await sendRaw(port, 'no');
    const warnings = log.filter((line) => line.startsWith('WARN'));
    assert.equal(warnings.length, 2, log.join('\n'));
    assert.match(warnings[1] ?? '', / \(and 2 others since the last line\)$/);
  });

  it('ends connections that say nothing, or stop in the middle of their first words, and serves others meanwhile', async (t) => {
    const { port, clock, ca } = await stage(t);
    const sockets = await Promise.all(
      Array.from({ length: 200 }, (_, at) => idle(port, at % 2 === 0 ? '' : '\x16\x03\x01\x02\x00\x01')),
    );
    assert.equal((await askSecurely(port, '/', { ca })).status, 404);
    const closed = sockets.map(closing);
    clock.advance(HANDSHAKE_TIMEOUT_MS);
    await Promise.all(closed);
  });

  it('lets no network in for a while that fails too many handshakes', async (t) => {
    const { port, clock, ca, log } = await stage(t);
    // A ServerHello that is done, from a client.
    const fail = async (): Promise<void> => closing(await idle(port, '\x16\x03\x01\x00\x04\x0e\x00\x00\x00'));
    for (let i = 0; i < TLS_MISUSE.most; i++) await fail();
    assert.equal((await askSecurely(port, '/', { ca })).status, 404);
    // That one made up for one of them.
    await fail();
    await fail();
    await assert.rejects(askSecurely(port, '/', { ca }));
    const told = log.filter((line) => line.includes('TLS handshakes that failed'));
    assert.deepEqual(told, [
      'WARN 127.0.0.1 has had too many TLS handshakes that failed: its new connections are refused for 1 s',
    ]);
    clock.advance(1000);
    assert.equal((await askSecurely(port, '/', { ca })).status, 404);
  });

  it('keeps connections that have finished their handshake', async (t) => {
    const { port, clock, ca } = await stage(t);
    const socket = connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    const ask = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString();
    };
    assert.match(await ask(), /^HTTP\/1\.1 404/);
    clock.advance(HANDSHAKE_TIMEOUT_MS * 2);
    assert.match(await ask(), /^HTTP\/1\.1 404/);
    socket.destroy();
  });

  it('closes at once, whoever has not finished a handshake', async (t) => {
    const { port, listener } = await stage(t);
    const sockets = [await idle(port), await idle(port, '\x16\x03')];
    const closed = sockets.map(closing);
    await listener.close(1000);
    await Promise.all(closed);
  });

  it('tells browsers to stay with https where it is to', async (t) => {
    const { port, ca } = await stage(t, 600);
    const { headers } = await askSecurely(port, '/', { ca });
    assert.equal(headers['strict-transport-security'], 'max-age=600');
    const without = await stage(t);
    const { headers: plain } = await askSecurely(without.port, '/', { ca: without.ca });
    assert.equal(plain['strict-transport-security'], undefined);
  });
});

describe('a port without TLS', () => {
  it('says so to who speaks TLS', async (t) => {
    const options = { host: '127.0.0.1', port: 0, maxBodyBytes: 10, bodyTimeoutMs: 1000 };
    const clock = new WallClock();
    const listener = new Listener(SKIN, options, clock, limitsOf(clock));
    const port = await listener.open();
    t.after(() => listener.close(0));
    const hello = Buffer.from('160301020001', 'hex');
    assert.match(await sendRaw(port, hello), /\{"error":"this port does not speak TLS; ask by http:\/\/"\}$/);
  });
});
