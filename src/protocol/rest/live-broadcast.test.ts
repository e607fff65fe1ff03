import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveState } from '#serving/serving.js';
import { LiveBroadcast, type LiveServing, MAX_LIVE_STREAMS } from './live-broadcast.js';

/** A broadcast of what the test tells, and how many listen to the server. */
function broadcastOf() {
  const listeners = new Set<(state: LiveState) => void>();
  const serving: LiveServing = {
    info: () => ({ name: 's', version: '1', extensions: [] }),
    onLive(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    broadcast: new LiveBroadcast(serving),
    listeners,
    tell(atMs: number) {
      const state: LiveState = {
        atMs,
        isReady: true,
        process: { uptimeMs: 0, cpuMs: 0, mainBusyMs: 0, residentBytes: 0 },
        models: [],
        statistics: [],
        devices: [],
      };
      for (const listener of listeners) listener(state);
    },
  };
}

const begin = (broadcast: LiveBroadcast): AsyncIterator<Uint8Array> =>
  broadcast.open()[Symbol.asyncIterator]();

/** The time of the frame, and `whole` where it tells everything. */
function told({ value, done }: IteratorResult<Uint8Array>): string {
  assert.ok(!done, 'the stream has ended');
  const frame = JSON.parse(new TextDecoder().decode(value).slice('data: '.length));
  return `${frame.at_ms}${frame.is_whole ? ' whole' : ''}`;
}

test('everything first, then what changed', async () => {
  const { broadcast, tell } = broadcastOf();
  const stream = begin(broadcast);
  const seen: string[] = [];
  for (const atMs of [1, 2, 3]) {
    const next = stream.next();
    tell(atMs);
    seen.push(told(await next));
  }
  assert.deepEqual(seen, ['1 whole', '2', '3']);
});

test('all get the same bytes, and who comes later begins with everything', async () => {
  const { broadcast, listeners, tell } = broadcastOf();
  const early = begin(broadcast);
  const first = early.next();
  tell(1);
  await first;
  const late = begin(broadcast);
  assert.equal(told(await late.next()), '1 whole', 'at once, without waiting for the next second');
  const both = [early.next(), late.next()];
  tell(2);
  const [one, other] = await Promise.all(both);
  assert.equal(told(one as IteratorResult<Uint8Array>), '2');
  assert.equal(one?.value, other?.value, 'the same bytes, written once');
  assert.equal(listeners.size, 1);
});

test('a slow reader misses frames and gets everything then', async () => {
  const { broadcast, tell } = broadcastOf();
  const stream = begin(broadcast);
  const first = stream.next();
  tell(1);
  await first;
  for (const atMs of [2, 3, 4]) tell(atMs);
  assert.equal(told(await stream.next()), '4 whole');
  tell(5);
  assert.equal(told(await stream.next()), '5', 'one frame late is not too late');
});

test('a stream that is ended hears no more, and the last one ends the listening', async () => {
  const { broadcast, listeners, tell } = broadcastOf();
  const streams = [begin(broadcast), begin(broadcast)];
  const waiting = streams.map((stream) => stream.next());
  for (const stream of streams) {
    assert.equal(listeners.size, 1);
    await stream.return?.();
  }
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ done }) => done),
    [true, true],
  );
  assert.equal(listeners.size, 0);
  tell(1);
  assert.equal((await streams[0]?.next())?.done, true);
});

test('there is a bound, and a place that is left can be taken', async () => {
  const { broadcast } = broadcastOf();
  const streams = Array.from({ length: MAX_LIVE_STREAMS }, () => begin(broadcast));
  assert.throws(() => broadcast.open(), {
    code: 'UNAVAILABLE',
    message: '1000 streams of /v2/live are open, and there cannot be more',
  });
  await streams[7]?.return?.();
  broadcast.open();
});
