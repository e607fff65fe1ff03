import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asker, type QueueLoad, refusalOf } from './admission.js';

const EMPTY: QueueLoad = { size: 0, rows: 0, byteLength: 0, sizeOfPriority: 0 };
const ASKER: Asker = { rows: 2, byteLength: 10, slackMs: null };
const BOUNDS = { maxSize: 4, maxRows: null, maxBytes: null };

interface Row {
  readonly name: string;
  readonly load?: Partial<QueueLoad>;
  readonly asker?: Partial<Asker>;
  readonly bounds?: { maxRows?: number; maxBytes?: number };
  readonly ofPriority?: number;
  readonly predictedMs?: number;
  /** Null where it may wait. */
  readonly refusal: string | null;
  readonly retryAfterSeconds?: number;
}

const rows: Row[] = [
  { name: 'nothing waits', refusal: null },
  { name: 'one place is left', load: { size: 3 }, refusal: null },
  {
    name: 'no place is left',
    load: { size: 4 },
    refusal: 'the queue of 4 waiting requests is full; try again later',
  },
  {
    name: 'no place is left, and it is known how long it takes',
    load: { size: 4 },
    predictedMs: 4100,
    refusal: 'the queue of 4 waiting requests is full; try again later',
    retryAfterSeconds: 5,
  },
  {
    name: 'one place of the priority is left',
    load: { size: 3, sizeOfPriority: 1 },
    ofPriority: 2,
    refusal: null,
  },
  {
    name: 'no place of the priority is left',
    load: { size: 3, sizeOfPriority: 2 },
    ofPriority: 2,
    refusal: 'the queue of 2 waiting requests of this priority is full; try again later',
  },
  { name: 'its rows fill the queue', load: { size: 1, rows: 8 }, bounds: { maxRows: 10 }, refusal: null },
  {
    name: 'its rows are more than there is room for',
    load: { size: 1, rows: 9 },
    bounds: { maxRows: 10 },
    refusal: 'the queue of 10 waiting rows has no room for 2 more; try again later',
  },
  {
    name: 'its bytes fill the queue',
    load: { size: 1, byteLength: 90 },
    bounds: { maxBytes: 100 },
    refusal: null,
  },
  {
    name: 'its bytes are more than there is room for',
    load: { size: 1, byteLength: 91 },
    bounds: { maxBytes: 100 },
    refusal: 'the queue of 100 bytes has no room for 10 more; try again later',
  },
  { name: 'its answer is expected in time', asker: { slackMs: 100 }, predictedMs: 80, refusal: null },
  {
    name: 'its answer is expected too late: not all of the time that is left is planned with',
    asker: { slackMs: 100 },
    predictedMs: 91,
    refusal: "the answer is expected in 91 ms, and the request's deadline is in 100 ms; try again later",
  },
  {
    name: 'it may come back when what is ahead of it is nearly done',
    asker: { slackMs: 1000 },
    predictedMs: 3500,
    refusal: "the answer is expected in 3500 ms, and the request's deadline is in 1000 ms; try again later",
    retryAfterSeconds: 3,
  },
  { name: 'no deadline: it waits however long', predictedMs: 1e6, refusal: null },
  { name: 'nothing is known of the time', asker: { slackMs: 1 }, refusal: null },
];

for (const { name, load, asker, bounds, ofPriority, predictedMs, refusal, retryAfterSeconds } of rows) {
  test(name, () => {
    const found = refusalOf(
      { ...ASKER, ...asker },
      { ...EMPTY, ...load },
      { ...BOUNDS, ...bounds },
      { maxSize: ofPriority ?? null },
      predictedMs ?? null,
    );
    assert.equal(found?.message ?? null, refusal);
    if (found === null) return;
    assert.deepEqual([found.code, found.retryAfterSeconds], ['OVERLOADED', retryAfterSeconds ?? 1]);
  });
}
