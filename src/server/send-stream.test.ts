import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { deferred } from '#core/deferred.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { MAX_STALL_MS, sendStream } from './send-stream.js';

const PIECE = new Uint8Array(64 * 1024).fill(0x61);

/** Pieces without an end, and how many were asked for. */
class Endless implements AsyncIterableIterator<Uint8Array, undefined> {
  asked = 0;
  isEnded = false;

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.isEnded) return { done: true, value: undefined };
    this.asked++;
    return { done: false, value: PIECE };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.isEnded = true;
    return { done: true, value: undefined };
  }
}

/** One request to a server that answers with pieces without an end, by a client that reads nothing. */
async function stalled(t: TestContext) {
  const clock = new FakeClock();
  const end = new AbortController();
  const stream = new Endless();
  const came = deferred<ServerResponse>();
  const sent = deferred<void>();
  const server = createServer((request, response) => {
    came.resolve(response);
    void sendStream(
      request,
      response,
      { status: 200, headers: {}, body: PIECE, stream },
      end.signal,
      clock,
    ).then(sent.resolve);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  const client: Socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  t.after(() => client.destroy());
  client.on('error', () => undefined);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const response = await came.promise;
  await turns(() => clock.timers === 1);
  return { clock, end, stream, client, response, sent: sent.promise };
}

/** Waits so many turns of the event loop at most. */
async function turns(until: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1e5 && !until(); turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(until());
}

test('of a client that reads nothing no more is kept than one piece', async (t) => {
  const { clock, stream, client, response } = await stalled(t);
  const { asked } = stream;
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stream.asked, asked);
  assert.ok(response.writableLength < 3 * PIECE.length, `${response.writableLength} bytes are kept`);
  client.resume();
  await turns(() => stream.asked > 2 * asked);
  assert.ok(clock.timers <= 1);
});

test('a client that reads nothing for a minute is cut off', async (t) => {
  const { clock, stream, response, sent } = await stalled(t);
  clock.advance(MAX_STALL_MS - 1);
  assert.equal(response.destroyed, false);
  clock.advance(1);
  await sent;
  assert.ok(response.destroyed && stream.isEnded);
  assert.equal(clock.timers, 0);
});

test('a client that leaves ends the stream', async (t) => {
  const { clock, stream, client, sent } = await stalled(t);
  client.destroy();
  await sent;
  assert.ok(stream.isEnded);
  assert.equal(clock.timers, 0);
});

test('the end of all streams waits for no client that reads nothing', async (t) => {
  const { clock, end, stream, sent } = await stalled(t);
  end.abort();
  await sent;
  assert.ok(stream.isEnded);
  assert.equal(clock.timers, 0);
});
