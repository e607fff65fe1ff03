import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countsOf, sampleAt, versionOf } from '../../../test/support/top-samples.js';
import { quantile } from './quantile.js';
import { rowsBetween, totalsBetween } from './rates.js';

describe('a quantile of what was counted', () => {
  const bounds = [1, 2, 5];
  const cases: [counts: readonly number[], q: number, value: number | null][] = [
    [[0, 0, 0, 0], 0.5, null],
    [[], 0.5, null],
    [[10, 0, 0, 0], 0.5, 0.5],
    [[0, 10, 0, 0], 0.5, 1.5],
    [[0, 10, 0, 0], 1, 2],
    [[5, 0, 5, 0], 0.5, 1],
    [[5, 0, 5, 0], 0.6, 2.6],
    [[99, 0, 1, 0], 0.99, 1],
    [[98, 0, 2, 0], 0.99, 3.5],
    [[0, 0, 0, 3], 0.5, 5],
    [[1, 0, 0, 99], 0.99, 5],
  ];
  for (const [counts, q, value] of cases) {
    it(`of ${JSON.stringify(counts)} at ${q} is ${value}`, () => {
      const found = quantile(counts, bounds, q);
      assert.equal(found === null ? null : Number(found.toFixed(9)), value);
    });
  }
});

describe('what happens between two looks', () => {
  const before = sampleAt(
    10,
    [
      versionOf('mnist', {
        counts: countsOf({ succeeded: 100, failed: 5, runs: 50, rows: 100, latency: [100, 0, 0, 0, 0] }),
      }),
    ],
    1000,
  );
  const now = sampleAt(
    12,
    [
      versionOf('mnist', {
        counts: countsOf({
          succeeded: 300,
          failed: 6,
          runs: 100,
          rows: 300,
          latency: [100, 200, 0, 0, 0],
          waiting: 3,
        }),
      }),
    ],
    4000,
  );

  it('is told by second, by quantile and by run', () => {
    assert.deepEqual(rowsBetween(before, now), [
      {
        model: 'mnist',
        version: '1',
        state: 'READY',
        requestsPerSecond: 100,
        errorsPerSecond: 0.5,
        p50Ms: 1.5,
        p99Ms: 1.99,
        waiting: 3,
        batchRows: 4,
        memoryBytes: 2_100_000,
        devices: ['cpu'],
        reason: '',
      },
    ]);
    assert.deepEqual(totalsBetween(before, now, rowsBetween(before, now)), {
      requestsPerSecond: 100,
      errorsPerSecond: 0.5,
      cpus: 1.5,
    });
  });

  it('is not known at the first look, but what waits is', () => {
    const [row] = rowsBetween(null, now);
    assert.deepEqual(
      [row?.requestsPerSecond, row?.p99Ms, row?.batchRows, row?.waiting],
      [null, null, null, 3],
    );
    const unknown = { requestsPerSecond: null, errorsPerSecond: null, cpus: null };
    assert.deepEqual(totalsBetween(null, now, []), unknown);
  });

  it('is not known across a restart of the server, or where no time has passed', () => {
    for (const other of [sampleAt(1, now.versions), sampleAt(10, now.versions)]) {
      assert.equal(rowsBetween(before, other)[0]?.requestsPerSecond, null);
    }
  });

  it('is all that a version has done that was loaded since, or anew', () => {
    const loaded = versionOf('new', { counts: countsOf({ succeeded: 8 }) });
    assert.equal(rowsBetween(before, sampleAt(12, [loaded]))[0]?.requestsPerSecond, 4);
    const anew = versionOf('mnist', { counts: countsOf({ succeeded: 20 }) });
    assert.equal(rowsBetween(before, sampleAt(12, [anew]))[0]?.requestsPerSecond, 10);
  });

  it('has no rates where a version is not loaded, and no row where nobody wants it', () => {
    const away = { state: 'UNAVAILABLE', reason: 'there is no such file', counts: null, memoryBytes: null };
    const rows = rowsBetween(
      before,
      sampleAt(12, [versionOf('mnist', away), versionOf('old', { ...away, wanted: false })]),
    );
    assert.deepEqual(
      rows.map(({ model, requestsPerSecond, waiting, reason }) => [
        model,
        requestsPerSecond,
        waiting,
        reason,
      ]),
      [['mnist', null, null, 'there is no such file']],
    );
  });
});
