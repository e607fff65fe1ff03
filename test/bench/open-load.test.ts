import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ConnectionPool } from '../../bench/connection-pool.js';
import { newSamples, putSample, readSamples, type Sample } from '../../bench/open-load-order.js';
import { goodput, recoveryMs, summaryOf, summaryOfSuccess } from '../../bench/open-load-summary.js';

function sample(scheduledMs: number, latencyMs: number, status = 200, lagMs = 0): Sample {
  return { scheduledMs, latencyMs, lagMs, status };
}

const late = sample(0, Infinity, 0);

test('samples come back as they were put', () => {
  const samples = newSamples(2);
  putSample(samples, 0, sample(1.5, 2.5, 503, 0.1));
  putSample(samples, 1, late);
  assert.deepEqual(readSamples(samples), [sample(1.5, 2.5, 503, 0.1), late]);
});

test('the summary is of the answers with 200; the lag is that of all', () => {
  const samples = [sample(0, 1), sample(1, 3), sample(2, 5), sample(3, 900, 503, 0.3), late];
  const summary = summaryOf(samples);
  assert.deepEqual(
    { ...summary, statuses: [...summary.statuses] },
    {
      count: 5,
      p50Ms: 3,
      p99Ms: 5,
      lagP99Ms: 0.3,
      isVoid: false,
      statuses: [
        [0, 1],
        [200, 3],
        [503, 1],
      ],
    },
  );
});

test('a load that must be borne is refused where one request was not answered with 200', () => {
  assert.equal(summaryOfSuccess([sample(0, 1), sample(1, 1)]).count, 2);
  assert.throws(() => summaryOfSuccess([sample(0, 1), late]), /1 of 2 requests/);
});

const voids: [latencyMs: number, lagMs: number, isVoid: boolean][] = [
  [6, 5, false],
  [6, 5.1, true],
  [20, 10, false],
  [20, 10.1, true],
];
for (const [latencyMs, lagMs, isVoid] of voids)
  test(`an answer after ${latencyMs} ms and a lag of ${lagMs} ms make a block ${isVoid ? 'void' : 'valid'}`, () => {
    assert.equal(summaryOf([sample(0, latencyMs, 200, lagMs)]).isVoid, isVoid);
  });

test('goodput counts what was answered with 200 in time, of those due within the window', () => {
  const samples = [
    sample(0, 1),
    sample(100, 10),
    sample(200, 10.1),
    sample(300, 1, 503),
    sample(499, 1),
    sample(500, 1),
  ];
  assert.equal(goodput(samples, 10, 0, 500), 6);
  assert.equal(goodput(samples, 10, 500, 1000), 2);
});

/** So many requests, one each ms, of which those given are late. */
function stream(count: number, isLate: (ms: number) => boolean): Sample[] {
  return Array.from({ length: count }, (_, ms) => sample(ms, isLate(ms) ? 100 : 1));
}

const recoveries: [what: string, samples: Sample[], expected: number | null][] = [
  ['all was well', stream(200, () => false), 0],
  ['all was well from 70 ms on', stream(300, (ms) => ms < 120), 70],
  ['three of a hundred are late', stream(300, (ms) => ms % 33 === 0), 0],
  ['every tenth is late', stream(300, (ms) => ms % 10 === 0), null],
  ['too few come to tell', stream(120, () => false), null],
  ['refusals count as late', stream(300, () => false).map((each) => ({ ...each, status: 503 })), null],
];
for (const [what, samples, expected] of recoveries)
  test(`recovery: ${what}`, () => {
    assert.equal(recoveryMs(samples, 50, 10), expected);
  });

interface Served {
  readonly port: number;
  /** Those that have come and were not answered, in order. */
  readonly open: ServerResponse[];
  /** Settles when so many have come. */
  readonly came: (count: number) => Promise<void>;
}

/** A server that keeps its requests, so that the test says when each is answered. */
async function served(t: TestContext): Promise<Served> {
  const open: ServerResponse[] = [];
  let heard = (): void => {};
  const server = createServer((_, response) => {
    open.push(response);
    heard();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const came = (count: number): Promise<void> =>
    new Promise((resolve) => {
      heard = () => {
        if (open.length >= count) resolve();
      };
      heard();
    });
  return { port: (server.address() as AddressInfo).port, open, came };
}

test('a pool keeps a request until a connection is free, and a lost connection is an answer of 0', async (t) => {
  const { port, open, came } = await served(t);
  const pool = new ConnectionPool(port, Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 2);
  t.after(() => pool.close());
  await pool.open();
  const sent: string[] = [];
  const send = (name: string): Promise<number> =>
    new Promise((resolve) => pool.send(() => sent.push(name), resolve));
  const [first, second, third] = [send('a'), send('b'), send('c')];
  await came(2);
  assert.deepEqual(sent, ['a', 'b']);
  open[0]?.writeHead(503, { 'Content-Length': 2 }).end('no');
  await came(3);
  assert.deepEqual(sent, ['a', 'b', 'c']);
  open[2]?.writeHead(200, { 'Content-Length': 0 }).end();
  const ofTwo = await Promise.race([first, second]);
  assert.equal(ofTwo, 503);
  assert.equal(await third, 200);
  pool.close();
  assert.deepEqual((await Promise.all([first, second])).sort(), [0, 503]);
});
