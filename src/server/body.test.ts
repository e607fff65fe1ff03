import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ServingError } from '#core/errors.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { readBody } from './body.js';

const LIMITS = { maxBodyBytes: 4 * 1024 * 1024, timeoutMs: 1000 };

function requestOf(length: number | null): PassThrough & IncomingMessage {
  const headers = length === null ? {} : { 'content-length': String(length) };
  return Object.assign(new PassThrough(), { headers }) as unknown as PassThrough & IncomingMessage;
}

const sizes: [name: string, claimed: number | null, pieces: number[]][] = [
  ['nothing', 0, []],
  ['nothing, unannounced', null, []],
  ['one piece', 5, [5]],
  ['many tiny pieces', null, new Array(5000).fill(1)],
  ['pieces beyond what is believed at first', 3_000_000, [1_000_000, 500_000, 1_500_000]],
  ['pieces of no announced length', null, [10, 100_000, 3, 1_500_000]],
];

for (const [name, claimed, pieces] of sizes) {
  test(`a body of ${name} arrives whole`, async () => {
    const request = requestOf(claimed);
    const reading = readBody(request, LIMITS, new FakeClock());
    pieces.forEach((size, i) => {
      request.write(Buffer.alloc(size, i % 251));
    });
    request.end();
    const body = await reading;
    const wanted = Buffer.concat(pieces.map((size, i) => Buffer.alloc(size, i % 251)));
    assert.equal(Buffer.compare(body, wanted), 0);
    assert.ok(body.buffer.byteLength <= 2 * wanted.length + 1024 * 1024, 'no more is held than promised');
  });
}

test('a claimed length is refused before anything is read', async () => {
  const reading = readBody(requestOf(LIMITS.maxBodyBytes + 1), LIMITS, new FakeClock());
  await assert.rejects(reading, { code: 'PAYLOAD_TOO_LARGE' });
});

test('a body that grows beyond the limit is refused as it does', async () => {
  const request = requestOf(null);
  const reading = readBody(request, LIMITS, new FakeClock());
  request.write(Buffer.alloc(LIMITS.maxBodyBytes));
  request.write(Buffer.alloc(1));
  await assert.rejects(reading, { code: 'PAYLOAD_TOO_LARGE' });
});

test('a body that does not come in time is refused, and says how much did', async () => {
  const clock = new FakeClock();
  const request = requestOf(10);
  const reading = readBody(request, LIMITS, clock);
  request.write('abc');
  await new Promise(setImmediate);
  clock.advance(1000);
  await assert.rejects(reading, {
    code: 'REQUEST_TIMEOUT',
    message: 'the request body did not arrive within 1000 ms (3 bytes did)',
  });
  assert.equal(clock.timers, 0);
});

test('a body that is late by a time of the request is what that says', async () => {
  const clock = new FakeClock();
  const late = (): ServingError => new ServingError('DEADLINE_EXCEEDED', 'too late');
  const reading = readBody(requestOf(10), { ...LIMITS, late }, clock);
  clock.advance(1000);
  await assert.rejects(reading, { code: 'DEADLINE_EXCEEDED', message: 'too late' });
});

test('a body whose sender leaves says where it stopped', async () => {
  const clock = new FakeClock();
  const request = requestOf(10);
  const reading = readBody(request, LIMITS, clock);
  request.write('abc');
  await new Promise(setImmediate);
  request.emit('aborted');
  await assert.rejects(reading, {
    code: 'INVALID_ARGUMENT',
    message: 'the request body stopped after 3 of 10 bytes',
  });
  assert.equal(clock.timers, 0);
});
