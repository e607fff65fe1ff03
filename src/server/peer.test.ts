import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createSecureServer } from 'node:http2';
import { connect as connectPlain, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Peer } from '#core/peer.js';
import { contextOptions, handshakeOptions } from '#tls/context.js';
import { readIdentity } from '#tls/identity.js';
import {
  type Authority,
  authority,
  type Pair,
  pemFolder,
  withoutOpenssl,
} from '../../test/support/certificates.js';
import { peerOf } from './peer.js';

/** What a server that asks for certificates of `ca` knows of an HTTP/2 client with this pair. */
async function seen(t: TestContext, ca: Authority, client: Pair | null): Promise<Peer> {
  const { certFile, keyFile } = ca.issue('server');
  const options = {
    ...{ certFile, keyFile, clientCaFile: ca.certFile },
    ...({ clientAuth: 'optional', covers: 'all', hstsSeconds: 0 } as const),
  };
  const identity = readIdentity(options, Date.now());
  assert.ok(!('fault' in identity));
  const server = createSecureServer({ ...contextOptions(identity), ...handshakeOptions(options) });
  server.on('error', () => {});
  const peers: Peer[] = [];
  server.on('stream', (stream) => {
    const { socket } = stream.session ?? {};
    peers.push(peerOf(socket as Socket), peerOf(socket as Socket));
    stream.respond({ ':status': 200 }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const session = connect(`https://127.0.0.1:${address.port}`, {
    ca: ca.cert,
    ...(client === null ? {} : { cert: client.cert, key: client.key }),
  });
  const stream = session.request({ ':path': '/' });
  await once(stream.resume(), 'close');
  await session.close();
  assert.equal(peers.length, 2);
  assert.deepEqual(peers[1], peers[0]);
  return peers[0] as Peer;
}

describe('who is at the other end', { skip: withoutOpenssl }, () => {
  it('is told by a valid certificate', async (t) => {
    const ca = authority(pemFolder((end) => t.after(end)));
    const client = ca.issue('client', {
      subject: '/C=KR/O=House, Inc/CN=client',
      names: 'DNS:c.house,URI:spiffe://house/c,email:c@house,IP:10.0.0.7',
    });
    assert.deepEqual(await seen(t, ca, client), {
      address: '127.0.0.1',
      certificate: {
        subject: 'CN=client,O=House\\, Inc,C=KR',
        names: ['c.house', 'spiffe://house/c', 'c@house', '10.0.0.7'],
      },
    });
  });

  it('is not told by a certificate of somebody else, or none', async (t) => {
    const folder = pemFolder((end) => t.after(end));
    const ca = authority(folder);
    const stranger = authority(folder, 'other').issue('client');
    const nobody = { address: '127.0.0.1', certificate: null };
    assert.deepEqual(await seen(t, ca, stranger), nobody);
    assert.deepEqual(await seen(t, ca, null), nobody);
  });

  it('is known by its address alone without TLS, and not at all once it is gone', async (t) => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const client = connectPlain(address.port, '127.0.0.1');
    const [socket] = (await once(server, 'connection')) as [Socket];
    assert.deepEqual(peerOf(socket), { address: '127.0.0.1', certificate: null });
    client.destroy();
    socket.destroy();
    assert.deepEqual(peerOf(undefined), { address: null, certificate: null });
  });
});
